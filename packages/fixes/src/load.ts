/**
 * One reading of a repository: its tags with what they point at, and every commit that a tag, a branch or HEAD
 * reaches. A handful of git processes at once, whatever the number of questions that follow; what the commits say is
 * taken in while git still prints.
 *
 * @module
 */
import type { BlobAccess } from "./blobs.ts";
import { type Commit, commitFormat, type CommitIndexes, type CommitNumbers, CommitTable } from "./commit-table.ts";
import { RepositoryError } from "./errors.ts";
import { runGit, tryGit } from "./git.ts";
import { CommitGraph } from "./graph.ts";
import { hashesOfQueries, type Query } from "./query.ts";

/** A tag as git has it. */
interface RawTag {
  readonly name: string;
  /** The number of the commit it names, through any number of tag objects; null when it names none. */
  readonly commit: number | null;
  /** When it was made, in seconds since 1970; of a lightweight tag, when its commit was made. */
  readonly seconds: number;
}

/** A repository, read once. */
export interface History {
  /** Where git is run. */
  readonly dir: string;
  readonly commits: readonly Commit[];
  readonly numbers: CommitNumbers;
  readonly indexes: CommitIndexes;
  readonly graph: CommitGraph;
  readonly tags: readonly RawTag[];
  /** The number of the commit of HEAD; null when it has none. */
  readonly head: number | null;
  /** By the text of each query that was given: the commit it names, null for none; absent where several fit. */
  readonly asked: ReadonlyMap<string, string | null>;
  /** What makes the answer weaker than it could be. */
  readonly warnings: readonly string[];
  /** For a clone that may lack file contents. */
  readonly blobs: BlobAccess | undefined;
}

/** How a repository is read. */
export interface LoadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Hashes of commits to read as well, although nothing may reach them. */
  readonly also?: readonly string[];
  /** What will be asked: the commits that it names are read too. */
  readonly queries?: readonly Query[];
  readonly blobs?: BlobAccess | undefined;
}

const tagFormat = "%(refname)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)%00%(creatordate:unix)";

/**
 * Checks that a directory is a repository that can answer: not shallow, and with commits.
 *
 * **Cancellation:** an aborted signal ends git and rejects with its reason.
 *
 * @throws RepositoryError with what to do.
 */
async function checkRepository(dir: string, signal?: AbortSignal): Promise<void> {
  let found: string | null = null;
  try {
    found = await tryGit(["rev-parse", "--is-shallow-repository"], { cwd: dir, signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw new RepositoryError("FIXES_NOT_A_REPOSITORY", noRepository(dir), { cause: error });
  }
  if (found === null) throw new RepositoryError("FIXES_NOT_A_REPOSITORY", noRepository(dir));
  if (found.trim() === "true") {
    throw new RepositoryError(
      "FIXES_SHALLOW_CLONE",
      `reading the history of ${dir}: it is a shallow clone, whose history is cut off; run git fetch --unshallow --tags in it`,
    );
  }
}

/**
 * Reads all of a repository's tags and commits. Nothing is written to it.
 *
 * **Cancellation:** an aborted signal ends git and rejects with its reason.
 *
 * @throws RepositoryError when it cannot answer; GitFailedError when git fails.
 */
export async function loadHistory(dir: string, options: LoadOptions = {}): Promise<History> {
  const { signal, also = [], queries = [], blobs } = options;
  // The first that fails ends the others: a shallow clone is not read to its end.
  const failed = new AbortController();
  const ending = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const git = { cwd: dir, signal: ending };
  const table = new CommitTable();
  const reading = Promise.all([
    // Of all refs none, which leaves HEAD; named by itself, it would be an error where it has no commit.
    readCommits(table, dir, [...roots, "--exclude=refs/*", "--all"], ending),
    runGit(["for-each-ref", `--format=${tagFormat}`, "refs/tags"], git),
    tryGit(["rev-parse", "--verify", "-q", "HEAD^{commit}"], git),
    hashesOfQueries(dir, queries, ending),
  ]);
  // It may fail while the check below goes on, which is then the better one to tell.
  reading.catch(() => undefined);
  try {
    await checkRepository(dir, signal);
    const [, refs, head, asked] = await reading;
    let { commits, numbers, indexes } = table.finish();
    const missing = new Set([...also, ...asked.values()].filter((hash) => hash !== null && !numbers.has(hash)));
    if (missing.size > 0) {
      const known = head === null ? roots : [...roots, head.trim()];
      await readCommits(table, dir, [...[...missing].map(String), "--not", ...known], ending);
      ({ commits, numbers, indexes } = table.finish());
    }
    if (commits.length === 0) {
      throw new RepositoryError(
        "FIXES_NO_COMMITS",
        `reading the history of ${dir}: it has no commits; fetch into it, or name another repository`,
      );
    }
    const tags = await readTags(dir, refs, numbers, ending);
    return {
      dir,
      commits,
      numbers,
      indexes,
      graph: new CommitGraph(table.parents(), table.committed()),
      tags,
      head: numbers.get(head?.trim() ?? "") ?? null,
      asked,
      warnings: tags.length > 0 ? [] : ["the repository has no tags; run git fetch --tags in it if its origin has"],
      blobs,
    };
  } catch (error) {
    failed.abort(error);
    await reading.catch(() => undefined);
    throw error;
  }
}

const roots = ["--tags", "--branches", "--remotes"];

async function readCommits(
  table: CommitTable,
  dir: string,
  tips: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  // Without -z before it, a format ends each commit with a line end, which a message may hold.
  const args = ["log", "-z", "--no-color", "--no-notes", "--encoding=UTF-8", `--format=${commitFormat}`];
  await runGit([...args, ...tips, "--"], { cwd: dir, signal, onBytes: (bytes) => table.add(bytes) });
  table.end();
}

async function readTags(dir: string, refs: string, numbers: CommitNumbers, signal: AbortSignal): Promise<RawTag[]> {
  const rows = refs.split("\n").filter((line) => line !== "");
  const read = rows.map((line) => {
    const [ref = "", type, object = "", peeledType, peeled = "", seconds = ""] = line.split("\0");
    const name = ref.slice("refs/tags/".length);
    const hash = type === "commit" ? object : peeledType === "commit" ? peeled : null;
    return { name, ref, hash, isNested: peeledType === "tag", seconds: Number(seconds) };
  });
  // Older gits look through one tag object only.
  const nested = read.filter(({ isNested }) => isNested);
  const input = nested.map(({ ref }) => `${ref}^{commit}\n`).join("");
  const asked = input === "" ? "" : await runGit(["cat-file", "--batch-check"], { cwd: dir, signal, input });
  const found = new Map(nested.map(({ name }, at) => [name, asked.split("\n")[at]?.split(" ")[0] ?? ""]));
  return read.map(({ name, hash, seconds }) => ({
    name,
    commit: numbers.get(hash ?? found.get(name) ?? "") ?? null,
    seconds,
  }));
}

function noRepository(dir: string): string {
  return `reading the history of ${dir}: it is no git repository; name the directory of a clone`;
}
