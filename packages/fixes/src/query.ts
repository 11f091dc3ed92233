/**
 * From what a person types to one commit, without a network: a hash, the number of a pull request, or a URL.
 *
 * @module
 */
import type { Confidence } from "./answer.ts";
import { QueryError } from "./errors.ts";
import { runGit, tryGit } from "./git.ts";
import type { History } from "./load.ts";
import { isRevertSubject, keyOf, mergeRequest, ownNumber } from "./messages.ts";

/** A query that has been read, and not yet looked up. */
export type Query =
  | { readonly kind: "hash"; readonly hash: string; readonly text: string; readonly at: Place | null }
  | {
      readonly kind: "number";
      readonly number: string;
      readonly text: string;
      readonly at: Place | null;
      /** What the number is of, as far as the query says. */
      readonly of: "change" | "merge-request" | "issue" | "any";
    };

/** The repository that a URL names. */
export interface Place {
  readonly host: string;
  /** `owner/name`, without slashes at its ends. */
  readonly path: string;
}

/** The commit a query names. */
export interface Resolved {
  readonly commit: number;
  readonly confidence: Confidence;
}

const url =
  /^https?:\/\/([^/]+)\/(.+?)\/(?:-\/)?(?:(pull|pulls|merge_requests|issues)\/(\d+)|commits?\/([0-9a-f]{7,64}))(?:[/?#].*)?$/i;

const kinds: Readonly<Record<string, "merge-request" | "issue">> = { merge_requests: "merge-request", issues: "issue" };

/**
 * Reads a query.
 *
 * @throws QueryError (FIXES_QUERY_UNREADABLE) when it has no form that is known.
 */
export function readQuery(text: string): Query {
  const given = text.trim();
  const [, mark, number] = /^([#!])(\d+)$/.exec(given) ?? [];
  if (number !== undefined)
    return { kind: "number", number, text, at: null, of: mark === "!" ? "merge-request" : "any" };
  const [, host = "", path = "", word = "", named, hash] = url.exec(given) ?? [];
  const at: Place = { host: host.toLowerCase(), path };
  if (named !== undefined)
    return { kind: "number", number: named, text, at, of: kinds[word.toLowerCase()] ?? "change" };
  if (hash !== undefined) return { kind: "hash", hash: hash.toLowerCase(), text, at };
  // Fewer digits than any short hash has: a person means the number of a pull request, or has lost a letter.
  if (/^[0-9a-f]{4,64}$/i.test(given) && !/^\d{1,6}$/.test(given)) {
    return { kind: "hash", hash: given.toLowerCase(), text, at: null };
  }
  throw new QueryError(
    "FIXES_QUERY_UNREADABLE",
    text,
    `reading the query ${JSON.stringify(text)}: it is no hash, number or URL; give a hash of 4 or more digits, #123, or the URL of a pull request`,
  );
}

/** The refs under which hosts keep the head of what a number is of; an issue has none, and may share its number. */
export function headsOf({ number, of }: Query & { readonly kind: "number" }): string[] {
  if (of === "issue") return [];
  const refs = of === "merge-request" ? ["merge-requests"] : ["pull", ...(of === "any" ? ["merge-requests"] : [])];
  return refs.map((kind) => `refs/${kind}/${number}/head`);
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
    const refs = headsOf(query);
    if (refs.length === 0) return null;
    const heads = await runGit(["for-each-ref", "--sort=-refname", "--format=%(objectname)", ...refs], {
      cwd: dir,
      signal,
    });
    return heads.split("\n").find((head) => head !== "") ?? null;
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
 * The same for any number of queries in one git process, by the text of each. Left out is a short hash that names none
 * or several, for `hashOfQuery` to say which.
 *
 * **Cancellation:** an aborted signal ends git and rejects with its reason.
 */
export async function hashesOfQueries(
  dir: string,
  queries: readonly Query[],
  signal?: AbortSignal,
): Promise<Map<string, string | null>> {
  const asked = queries.flatMap((query): { readonly text: string; readonly name: string }[] => {
    const { text } = query;
    if (query.kind === "number") return headsOf(query).map((name) => ({ text, name }));
    // A whole hash is taken for granted, and where it is missing a partial clone would be fetched into.
    return [{ text, name: query.hash.length < 40 ? query.hash : query.hash.slice(0, -1) }];
  });
  const hashes = new Map<string, string | null>(queries.map(({ text }) => [text, null]));
  if (asked.length === 0) return hashes;
  const input = asked.map(({ name }) => `${name}^{commit}\n`).join("");
  const rows = (await runGit(["cat-file", "--batch-check"], { cwd: dir, signal, input })).split("\n");
  const wanted = new Map(queries.map((query) => [query.text, query.kind === "hash" ? query.hash : ""]));
  for (const [at, { text }] of asked.entries()) {
    const [hash = "", kind] = rows[at]?.split(" ") ?? [];
    const digits = wanted.get(text) ?? "";
    if (kind === "commit" && hash.startsWith(digits)) hashes.set(text, hash);
    // Git does not tell "several" from "none" when it is asked for a commit.
    else if (digits !== "" && digits.length < 40) hashes.delete(text);
  }
  return hashes;
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
    const isMerged = history.head !== null && history.graph.contains(history.head, known);
    return { commit: known, confidence: isMerged ? "certain" : "possible" };
  }
  throw new QueryError(
    "FIXES_COMMIT_NOT_FOUND",
    query.text,
    `looking up #${query.number}: no commit names it and refs/pull/${query.number}/head is not there; give the hash of the commit, or fetch that ref`,
  );
}

function byNumber(history: History, number: string): number | null {
  const { commits, graph, head, indexes } = history;
  const owned = indexes.numbers.all(keyOf(number)).filter((at) => {
    const { subject = "", body = "" } = commits[at] ?? {};
    const named = ownNumber(subject) ?? mergeRequest(body);
    return named === number && !isRevertSubject(subject);
  });
  if (owned.length < 2) return owned[0] ?? null;
  const main = head === null ? null : graph.history(head);
  const onMain = owned.filter((at) => main?.[at] === 1);
  const choice = onMain.length > 0 ? onMain : owned;
  // Of a pull request that landed as several commits, the last has them all.
  return choice.find((at) => choice.every((other) => graph.contains(at, other))) ?? choice.at(-1) ?? null;
}

function byKeyword({ indexes }: History, number: string): number | null {
  return indexes.closers(number).at(-1) ?? null;
}
