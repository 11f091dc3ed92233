/**
 * Where a pull request landed that was squashed or rebased without a word of its number: the commit whose patch is that
 * of the whole branch, or of its last commit.
 *
 * @module
 */
import type { Commit } from "./commit-table.ts";
import { runGit, tryGit } from "./git.ts";
import type { History } from "./load.ts";
import { plainSubject } from "./messages.ts";

/** More are not compared: each costs the reading of its patch. */
const mostCompared = 200;
/** A longer branch is not looked through for subjects and authors. */
const mostOfBranch = 100;

/**
 * Finds the commit by which an unmerged branch landed in HEAD's history; null where there is none. Compared are commits
 * by the branch's authors, or with one of its subjects, that came after the branch left HEAD's history.
 *
 * **Cancellation:** an aborted signal ends git and rejects with its reason.
 *
 * @param end the last commit of the branch.
 */
export async function findLanded(history: History, end: number, signal?: AbortSignal): Promise<number | null> {
  const { dir, commits, graph, head, blobs, numbers } = history;
  if (head === null) return null;
  const hashOf = (number: number): string => commits[number]?.hash ?? "";
  const found = await tryGit(["merge-base", hashOf(head), hashOf(end)], { cwd: dir, signal });
  const base = found === null ? undefined : numbers.get(found.trim());
  if (base === undefined) return null;
  const before = graph.history(base);
  const branch = [...marked(graph.history(end))].filter((number) => before[number] !== 1).slice(0, mostOfBranch);
  const authors = new Set(branch.map((number) => commits[number]?.email));
  const subjects = new Set(branch.map((number) => plainSubject(commits[number]?.subject ?? "")));
  const landed = [...marked(graph.history(head))].filter((number) => {
    if (before[number] === 1 || graph.parentsOf(number).length !== 1) return false;
    const { email, subject } = commits[number] as Commit;
    return authors.has(email) || subjects.has(plainSubject(subject));
  });
  const candidates = landed
    .toSorted((one, other) => (commits[one]?.committed ?? 0) - (commits[other]?.committed ?? 0))
    .slice(0, mostCompared);
  if (candidates.length === 0) return null;
  // One hash is the difference to its parent, two are that between two commits: last, as git then takes it for the parent.
  const asked = [...[end, ...candidates].map(hashOf), `${hashOf(end)} ${hashOf(base)}`];
  if (blobs !== undefined && !(await blobs.ensurePatches(asked, signal))) return null;
  const args = ["diff-tree", "--stdin", "-p", "--no-ext-diff", "--no-textconv", "--no-color"];
  const patches = await runGit(args, { cwd: dir, signal, input: asked.map((line) => `${line}\n`).join("") });
  const rows = (await runGit(["patch-id", "--stable"], { cwd: dir, signal, input: patches })).trim().split("\n");
  const ids = rows.map((row) => row.split(" "));
  const own = new Set(ids.filter(([, hash]) => hash === hashOf(end)).map(([id]) => id));
  const match = ids.find(([id, hash]) => hash !== hashOf(end) && own.has(id));
  return match === undefined ? null : (numbers.get(match[1] ?? "") ?? null);
}

function* marked(marks: Uint8Array): Generator<number> {
  for (let at = 0; at < marks.length; at++) if (marks[at] === 1) yield at;
}
