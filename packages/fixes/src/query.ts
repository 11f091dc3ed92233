/**
 * From what a person types to one commit, without a network: a hash, the number of a pull request, or a URL.
 *
 * @module
 */
import type { Confidence } from "./answer.ts";
import { ownNumber } from "./equivalents.ts";
import { QueryError } from "./errors.ts";
import { runGit, tryGit } from "./git.ts";
import type { History } from "./load.ts";

/** A query that has been read, and not yet looked up. */
export type Query =
  | { readonly kind: "hash"; readonly hash: string; readonly text: string }
  | { readonly kind: "number"; readonly number: string; readonly text: string };

/** The commit a query names. */
export interface Resolved {
  readonly commit: number;
  readonly confidence: Confidence;
}

const url =
  /^https?:\/\/[^/]+\/.+?\/(?:-\/)?(?:(pull|pulls|merge_requests|issues)\/(\d+)|commits?\/([0-9a-f]{7,64}))(?:[/?#].*)?$/i;

/**
 * Reads a query.
 *
 * @throws QueryError (FIXES_QUERY_UNREADABLE) when it has no form that is known.
 */
export function readQuery(text: string): Query {
  const given = text.trim();
  const number = /^[#!](\d+)$/.exec(given)?.[1];
  if (number !== undefined) return { kind: "number", number, text };
  const [isUrl, , named, hash] = url.exec(given) ?? [];
  if (isUrl !== undefined && named !== undefined) return { kind: "number", number: named, text };
  if (isUrl !== undefined && hash !== undefined) return { kind: "hash", hash: hash.toLowerCase(), text };
  // Fewer digits than any short hash has: a person means the number of a pull request, or has lost a letter.
  if (/^[0-9a-f]{4,64}$/i.test(given) && !/^\d{1,6}$/.test(given)) {
    return { kind: "hash", hash: given.toLowerCase(), text };
  }
  throw new QueryError(
    "FIXES_QUERY_UNREADABLE",
    text,
    `reading the query ${JSON.stringify(text)}: it is no hash, number or URL; give a hash of 4 or more digits, #123, or the URL of a pull request`,
  );
}

/**
 * The full hash of a commit, or for a number the head that the host keeps of the pull request; null when the
 * repository has neither.
 *
 * **Cancellation:** an aborted signal ends git and rejects with its reason.
 *
 * @throws QueryError (FIXES_COMMIT_AMBIGUOUS) when several commits begin with the hash.
 */
export async function hashOfQuery(dir: string, query: Query, signal?: AbortSignal): Promise<string | null> {
  if (query.kind === "number") {
    const head = await tryGit(["rev-parse", "--verify", "-q", `refs/pull/${query.number}/head^{commit}`], {
      cwd: dir,
      signal,
    });
    return head?.trim() ?? null;
  }
  const listed = (await tryGit(["rev-parse", `--disambiguate=${query.hash}`], { cwd: dir, signal })) ?? "";
  const objects = listed.split("\n").filter((line) => line !== "");
  const input = objects.map((object) => `${object}^{commit}\n`).join("");
  const types = input === "" ? "" : await runGit(["cat-file", "--batch-check"], { cwd: dir, signal, input });
  const commits = new Set(
    types
      .split("\n")
      .filter((line) => / commit \d+$/.test(line))
      .map((line) => line.split(" ")[0] ?? ""),
  );
  const [first, second] = commits;
  if (first !== undefined && second !== undefined) {
    throw new QueryError(
      "FIXES_COMMIT_AMBIGUOUS",
      query.text,
      `looking up ${query.hash}: ${commits.size} commits begin with it, such as ${first} and ${second}; give more digits`,
    );
  }
  return first ?? null;
}

/**
 * Finds the commit of a query in a history that was loaded with the query's hash.
 *
 * @throws QueryError (FIXES_COMMIT_NOT_FOUND) when there is none.
 */
export function resolveQuery(history: History, query: Query, hash: string | null): Resolved {
  const known = hash === null ? undefined : history.numbers.get(hash);
  if (query.kind === "hash") {
    if (known !== undefined) return { commit: known, confidence: "certain" };
    throw new QueryError(
      "FIXES_COMMIT_NOT_FOUND",
      query.text,
      `looking up ${query.hash}: the repository has no such commit; fetch, or check that it is the right repository`,
    );
  }
  const landed = byNumber(history, query.number);
  if (landed !== null) return { commit: landed, confidence: "certain" };
  const closing = byKeyword(history, query.number);
  if (closing !== null) return { commit: closing, confidence: "likely" };
  if (known !== undefined) {
    const isMerged = history.head !== null && history.graph.containing(known)[history.head] === 1;
    return { commit: known, confidence: isMerged ? "certain" : "possible" };
  }
  throw new QueryError(
    "FIXES_COMMIT_NOT_FOUND",
    query.text,
    `looking up #${query.number}: no commit names it and refs/pull/${query.number}/head is not there; give the hash of the commit, or fetch that ref`,
  );
}

function byNumber(history: History, number: string): number | null {
  const { commits, graph, head } = history;
  const owned = [...commits.keys()].filter((at) => {
    const subject = commits[at]?.subject ?? "";
    return ownNumber(subject) === number && !/^(?:revert|reapply)\b/i.test(subject);
  });
  if (owned.length === 0) return null;
  const main = head === null ? null : graph.history(head);
  const onMain = owned.filter((at) => main?.[at] === 1);
  const choice = onMain.length > 0 ? onMain : owned;
  // Of a pull request that landed as several commits, the last has them all.
  return choice.find((at) => choice.every((other) => graph.containing(other)[at] === 1)) ?? choice.at(-1) ?? null;
}

function byKeyword(history: History, number: string): number | null {
  const closing = new RegExp(`\\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\\s+(?:[\\w./-]*)#${number}\\b`, "i");
  const found = history.commits.findLastIndex(({ subject, body }) => closing.test(subject) || closing.test(body));
  return found === -1 ? null : found;
}
