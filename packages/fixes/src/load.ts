/**
 * One reading of a repository: its tags with what they point at, and every commit that a tag, a branch or HEAD
 * reaches. Two git processes, whatever the number of questions that follow.
 *
 * @module
 */
import { RepositoryError } from "./errors.ts";
import { runGit, tryGit } from "./git.ts";
import { CommitGraph } from "./graph.ts";

/** A tag as git has it. */
interface RawTag {
  readonly name: string;
  /** The number of the commit it names, through any number of tag objects; null when it names none. */
  readonly commit: number | null;
  /** When it was made, in seconds since 1970; of a lightweight tag, when its commit was made. */
  readonly seconds: number;
}

/** One commit, without its place in the graph. */
interface Commit {
  readonly hash: string;
  /** Seconds since 1970. */
  readonly committed: number;
  /** Seconds since 1970. */
  readonly authored: number;
  readonly email: string;
  readonly subject: string;
  readonly body: string;
}

/** A repository, read once. */
export interface History {
  /** Where git is run. */
  readonly dir: string;
  readonly commits: readonly Commit[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly graph: CommitGraph;
  readonly tags: readonly RawTag[];
  /** The number of the commit of HEAD; null when it has none. */
  readonly head: number | null;
  /** What makes the answer weaker than it could be. */
  readonly warnings: readonly string[];
}

/** How a repository is read. */
export interface LoadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Hashes of commits to read as well, although nothing may reach them. */
  readonly also?: readonly string[];
}

const format = "%H%x1f%P%x1f%ct%x1f%at%x1f%ae%x1f%s%x1f%b";
const tagFormat = "%(refname)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)%00%(creatordate:unix)";

/**
 * Checks that a directory is a repository that can answer: not shallow, and with commits.
 *
 * **Cancellation:** an aborted signal ends git and rejects with its reason.
 *
 * @throws RepositoryError with what to do.
 */
export async function checkRepository(dir: string, signal?: AbortSignal): Promise<void> {
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
 * @throws RepositoryError when there is no commit; GitFailedError when git fails.
 */
export async function loadHistory(dir: string, options: LoadOptions = {}): Promise<History> {
  const { signal, also = [] } = options;
  const head = (await tryGit(["rev-parse", "--verify", "-q", "HEAD^{commit}"], { cwd: dir, signal }))?.trim();
  const refs = await runGit(["for-each-ref", `--format=${tagFormat}`, "refs/tags"], { cwd: dir, signal });
  const tips = ["--tags", "--branches", "--remotes", ...(head === undefined ? [] : ["HEAD"]), ...also];
  if (head === undefined && also.length === 0 && refs === "") {
    const other = await runGit(["for-each-ref", "--count=1", "refs/heads", "refs/remotes"], { cwd: dir, signal });
    if (other === "") {
      throw new RepositoryError(
        "FIXES_NO_COMMITS",
        `reading the history of ${dir}: it has no commits; fetch into it, or name another repository`,
      );
    }
  }
  const commits: Commit[] = [];
  const parentHashes: string[] = [];
  const take = (record: string): void => {
    const [hash = "", parents = "", committed, authored, email = "", subject = "", ...body] = record.split("\u{1f}");
    if (hash === "") return;
    parentHashes.push(parents);
    const seconds = { committed: Number(committed), authored: Number(authored) };
    commits.push({ hash, ...seconds, email, subject, body: body.join("\u{1f}") });
  };
  let rest = "";
  await runGit(["log", "-z", "--no-color", "--no-notes", "--encoding=UTF-8", `--format=${format}`, ...tips, "--"], {
    cwd: dir,
    signal,
    onText: (text) => {
      const records = (rest + text).split("\0");
      rest = records.pop() ?? "";
      for (const record of records) take(record);
    },
  });
  take(rest);
  const numbers = new Map(commits.map((commit, number) => [commit.hash, number]));
  const parents = parentHashes.map((list) => numbered(list === "" ? [] : list.split(" "), numbers));
  const tags = await readTags(dir, refs, numbers, signal);
  return {
    dir,
    commits,
    numbers,
    graph: new CommitGraph(parents),
    tags,
    head: head === undefined ? null : (numbers.get(head) ?? null),
    warnings: tags.length > 0 ? [] : ["the repository has no tags; run git fetch --tags in it if its origin has"],
  };
}

async function readTags(
  dir: string,
  refs: string,
  numbers: ReadonlyMap<string, number>,
  signal: AbortSignal | undefined,
): Promise<RawTag[]> {
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

function numbered(hashes: readonly string[], numbers: ReadonlyMap<string, number>): number[] {
  return hashes.map((hash) => numbers.get(hash)).filter((number) => number !== undefined);
}

function noRepository(dir: string): string {
  return `reading the history of ${dir}: it is no git repository; name the directory of a clone`;
}
