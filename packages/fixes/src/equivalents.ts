/**
 * Other commits that carry the same change: cherry-picks and backports, by what their messages and authors say, and
 * confirmed by git's patch identity where there are candidates.
 *
 * @module
 */
import type { Confidence, Evidence } from "./answer.ts";
import { runGit } from "./git.ts";
import type { History } from "./load.ts";

/** A commit that may carry the same change as the fix. */
export interface Equivalent {
  readonly commit: number;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
}

const trailer =
  /(?:cherry[ -]picked from commit|upstream commit|backport of(?: commit)?)\s+([0-9a-f]{7,64})|commit ([0-9a-f]{7,64}) upstream/gi;
const routine = /^(?:(?:chore|build|release|bump|version|merge|prepare|update changelog|revert|reapply)\b|v?\d+\.\d)/;
/** Above this many, the candidates come from a subject that says nothing. */
const mostConfirmed = 60;

/** A subject without what copies add to it: numbers of pull requests, names of branches. */
export function plainSubject(subject: string): string {
  return subject
    .toLowerCase()
    .replaceAll(/\((?:#\d+|backport[^)]*|cherry[- ]pick[^)]*)\)/g, "")
    .replace(/^(?:\s*\[[^\]]*\])+/, "")
    .replace(/^\s*(?:backport|cherry[- ]pick)(?:ed)?(?:\s+(?:of\s+)?#\d+)?\s*[:-]?\s*/, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** The pull request that a subject names as its own: the last number. */
export function ownNumber(subject: string): string | null {
  return /^Merge pull request #(\d+)/.exec(subject)?.[1] ?? [...subject.matchAll(/\(#(\d+)\)/g)].at(-1)?.[1] ?? null;
}

/**
 * Finds the copies of a commit.
 *
 * **Cancellation:** an aborted signal ends git and rejects with its reason.
 */
export async function findEquivalents(history: History, fix: number, signal?: AbortSignal): Promise<Equivalent[]> {
  const { commits, graph } = history;
  const source = commits[fix];
  if (source === undefined) return [];
  const subject = plainSubject(source.subject);
  const isTelling = subject.includes(" ") && !routine.test(subject);
  const own = ownNumber(source.subject);
  // Both are asked of every commit of the repository, before anything that takes time.
  const short = source.hash.slice(0, 7);
  const firstWord = new RegExp((subject.split(" ")[0] ?? "").replaceAll(/[^\p{L}\p{N}]/gu, "."), "iu");
  const before = graph.history(fix);
  const after = graph.containing(fix);
  const found = new Map<number, Set<Evidence>>();
  let isShared = false;
  for (const [number, commit] of commits.entries()) {
    if (number === fix) continue;
    const evidence = new Set<Evidence>();
    if (commit.body.includes(short) && namesOf(commit.body).some((name) => source.hash.startsWith(name)))
      evidence.add("trailer");
    if (commit.authored === source.authored && commit.email === source.email) evidence.add("author-date");
    if (own !== null && commit.subject.includes(`(#${own})`) && !routine.test(commit.subject.toLowerCase()))
      evidence.add("number");
    if (isTelling && firstWord.test(commit.subject) && plainSubject(commit.subject) === subject) {
      evidence.add("subject");
      // The same words again in one line of history are another change.
      if (evidence.size === 1 && (before[number] === 1 || after[number] === 1)) isShared = true;
    }
    if (evidence.size > 0 && graph.parentsOf(number).length < 2) found.set(number, evidence);
  }
  for (const [number, evidence] of found) {
    const isInLine = before[number] === 1 || after[number] === 1;
    if (isShared || (isInLine && evidence.size === 1)) evidence.delete("subject");
    if (evidence.size === 0 || (isInLine && evidence.size === 1 && evidence.has("author-date"))) found.delete(number);
  }
  await confirm(history, fix, found, signal);
  return [...found].map(([commit, evidence]) => ({ commit, confidence: grade(evidence), evidence: [...evidence] }));
}

/** The patch identities of commits, by hash; a merge has none. **Cancellation:** an aborted signal ends git. */
async function patchIds(dir: string, hashes: readonly string[], signal?: AbortSignal): Promise<Map<string, string>> {
  const args = ["diff-tree", "--stdin", "-p", "--root", "--no-ext-diff", "--no-textconv", "--no-color"];
  const patches = await runGit(args, { cwd: dir, signal, input: hashes.map((hash) => `${hash}\n`).join("") });
  const ids = await runGit(["patch-id", "--stable"], { cwd: dir, signal, input: patches });
  const rows = ids.split("\n").map((row) => row.split(" "));
  return new Map(rows.map(([id = "", hash = ""]): [string, string] => [hash, id]).filter(([hash]) => hash !== ""));
}

async function confirm(
  history: History,
  fix: number,
  found: ReadonlyMap<number, Set<Evidence>>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (found.size === 0 || found.size > mostConfirmed) return;
  const hashOf = (number: number): string => history.commits[number]?.hash ?? "";
  const ids = await patchIds(history.dir, [fix, ...found.keys()].map(hashOf), signal);
  const own = ids.get(hashOf(fix));
  if (own === undefined) return;
  for (const [number, evidence] of found) if (ids.get(hashOf(number)) === own) evidence.add("patch-id");
}

function namesOf(body: string): string[] {
  return [...body.matchAll(trailer)].map((match) => (match[1] ?? match[2] ?? "").toLowerCase());
}

function grade(evidence: ReadonlySet<Evidence>): Confidence {
  if (evidence.has("patch-id") && (evidence.has("trailer") || evidence.has("author-date"))) return "certain";
  return evidence.size === 1 && evidence.has("number") ? "possible" : "likely";
}
