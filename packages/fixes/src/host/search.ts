/**
 * What a host finds for the text of an error: merged pull requests and closed issues, with the commits behind them.
 *
 * @module
 */
import type { HostCommit } from "./finding.ts";
import { askGitHub } from "./github.ts";
import type { HostApi } from "./host-request.ts";

/** A pull request or an issue that has the text. */
export interface HostMatch {
  readonly number: number;
  readonly title: string;
  readonly kind: "pull-request" | "issue";
  readonly url: string;
  /** The commits that the host connects with it, the most trusted first; of an issue there may be none. */
  readonly commits: readonly HostCommit[];
}

/** What is looked for, and where. */
export interface HostSearch {
  /** `owner/name`. */
  readonly repository: string;
  readonly text: string;
  /** At most so many pull requests and so many issues; each costs a question or more. */
  readonly limit: number;
}

const longestText = 200;
const kinds = [
  ["pull-request", "is:pull-request is:merged"],
  ["issue", "is:issue is:closed"],
] as const;

interface Item {
  readonly number: number;
  readonly title: string;
  readonly html_url: string;
}

/**
 * Searches the merged pull requests and the closed issues of a repository for a text, by the host's own ranking.
 *
 * **Cancellation:** an aborted signal ends the request and rejects with its reason.
 *
 * @throws HostError when there is no answer.
 */
export async function searchGitHub(api: HostApi, search: HostSearch, signal?: AbortSignal): Promise<HostMatch[]> {
  const { repository, text, limit } = search;
  // In quotes it is one phrase, and none of its words is an order to the search.
  const phrase = `"${text
    .replaceAll(/["\\\s]+/g, " ")
    .trim()
    .slice(0, longestText)}"`;
  const matches: HostMatch[] = [];
  for (const [kind, only] of kinds) {
    const asked = new URLSearchParams({ q: `${phrase} repo:${repository} ${only}`, per_page: String(limit) });
    const found = (await api.get(`/search/issues?${asked.toString()}`, signal)) as {
      readonly items?: readonly Item[];
    } | null;
    for (const { number, title, html_url: url } of found?.items?.slice(0, limit) ?? []) {
      const { commits } = await askGitHub(api, { repository, number }, signal);
      matches.push({ number, title, kind, url, commits });
    }
  }
  return matches;
}
