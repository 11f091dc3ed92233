/**
 * One commit for a reader: who made it, what it says, which files it changes, and how. A merge is shown as what it
 * brought to its first parent.
 *
 * @module
 */
import { isoDate } from "./iso-date.ts";
import { tryGit, runGit } from "./git.ts";
import type { History } from "./load.ts";
import { mergeRequest, ownNumber } from "./messages.ts";
import { readRemoteUrl } from "./source/remote-url.ts";

/** A file that a commit changes. */
export interface ShownFile {
  readonly path: string;
  /** Where it was before, when it was moved; else null. */
  readonly movedFrom: string | null;
  /** Lines; null where they cannot be counted. */
  readonly added: number | null;
  /** Lines; null where they cannot be counted. */
  readonly removed: number | null;
  /** Whether it is no text, so that it has no lines. */
  readonly binary: boolean;
  /** Whether its hunks are in the patch; those of a very long file are not, nor are those beyond the limit of all. */
  readonly shown: boolean;
}

/** A commit with its difference to its first parent. */
export interface ShownCommit {
  readonly commit: string;
  readonly author: { readonly name: string; readonly email: string };
  /** ISO 8601 in UTC. */
  readonly authored: string;
  /** ISO 8601 in UTC. */
  readonly committed: string;
  readonly subject: string;
  readonly body: string;
  /** The number of the pull request that it names as its own; null where it names none. */
  readonly pullRequest: string | null;
  /** Of that pull request, else of the commit; null where the repository's host is not known. */
  readonly url: string | null;
  readonly files: readonly ShownFile[];
  /** A unified diff of the files that are shown. */
  readonly patch: string;
}

/** Lines of one file, and of all: more is a lock file or a generated one, and hides what was changed by hand. */
const mostLines = 400;
const mostLinesOfAll = 2_000;
/** Files without lines count too: a thousand that were moved would be a command line too long. */
const mostFiles = 200;
/** Characters: a minified file is one line. */
const longestPatch = 200_000;

type Change = Omit<ShownFile, "shown">;

/**
 * Reads what a commit says and changes.
 *
 * **Cancellation:** an aborted signal ends git and rejects with its reason.
 *
 * @param remote the URL that the repository was cloned from, where that is known.
 * @throws GitFailedError.
 */
export async function showCommit(
  history: History,
  number: number,
  remote: string | null,
  signal?: AbortSignal,
): Promise<ShownCommit> {
  const { dir, commits, graph } = history;
  const { hash = "", subject = "", body = "", authored = 0, committed = 0 } = commits[number] ?? {};
  const git = { cwd: dir, signal };
  const parents = graph.parentsOf(number);
  const parent = commits[parents[0] ?? -1]?.hash;
  const span = parent === undefined ? ["--root", "--no-commit-id", hash] : [parent, hash];
  const pullRequest = ownNumber(subject) ?? (parents.length > 1 ? mergeRequest(body) : null);
  const format = ["log", "-1", "--no-color", "--no-notes", "--encoding=UTF-8", "--format=%an%n%ae", hash, "--"];
  const [names, origin, files] = await Promise.all([
    runGit(format, git),
    remote ?? tryGit(["config", "--get", "remote.origin.url"], git),
    readFiles(history, span, signal),
  ]);
  const [name = "", email = ""] = names.split("\n");
  const paths = files.flatMap(({ shown, path, movedFrom }) => (shown ? [path, ...(movedFrom ? [movedFrom] : [])] : []));
  const patch = paths.length === 0 ? "" : await readPatch(dir, span, paths, signal);
  return {
    commit: hash,
    author: { name, email },
    authored: isoDate(authored),
    committed: isoDate(committed),
    subject,
    body: body.trimEnd(),
    pullRequest,
    url: origin === null ? null : urlOf(origin.trim(), hash, pullRequest),
    files,
    patch,
  };
}

/** First the files alone, for which no content is needed; then their lines, with all contents fetched at once. */
async function readFiles(
  { dir, blobs }: History,
  span: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ShownFile[]> {
  const git = { cwd: dir, signal };
  const raw = fields(
    await runGit(["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", ...span, "--"], git),
  );
  const listed = raw.flatMap((row, at) => {
    const [before = "", after = "", old = "", now = ""] = row.split(" ");
    if (at % 2 === 1) return [];
    const isModule = [before, after].some((mode) => mode.endsWith(submodule));
    return [{ path: raw[at + 1] ?? "", ids: isModule ? [] : [old, now].filter((id) => !/^0+$/.test(id)) }];
  });
  const isThere = (await blobs?.ensure(new Set(listed.flatMap(({ ids }) => ids)), signal)) ?? true;
  if (!isThere) {
    return listed.map(({ path }) => {
      return { path, movedFrom: null, added: null, removed: null, binary: false, shown: false };
    });
  }
  const counted = fields(await runGit(["diff-tree", "-r", "-z", "--numstat", ...safely, ...span, "--"], git));
  let left = mostLinesOfAll;
  return readCounts(counted).map((change, at) => {
    const lines = (change.added ?? 0) + (change.removed ?? 0);
    const shown = at < mostFiles && lines <= mostLines && lines <= left;
    if (shown) left -= lines;
    return { ...change, shown };
  });
}

const submodule = "160000";
const safely = ["--find-renames", "--no-color", "--no-ext-diff", "--no-textconv"];

/** Rows of git's `--numstat -z`: two counts and a path, or two counts, nothing, and the old and the new path. */
function readCounts(rows: readonly string[]): Change[] {
  const changes: Change[] = [];
  for (let at = 0; at < rows.length; at++) {
    const [, added = "", removed = "", inline = ""] = /^([^\t]*)\t([^\t]*)\t(.*)$/s.exec(rows[at] ?? "") ?? [];
    const movedFrom = inline === "" ? (rows[++at] ?? "") : null;
    const path = inline === "" ? (rows[++at] ?? "") : inline;
    const binary = added === "-";
    changes.push({
      path,
      movedFrom,
      added: binary ? null : Number(added),
      removed: binary ? null : Number(removed),
      binary,
    });
  }
  return changes;
}

async function readPatch(
  dir: string,
  span: readonly string[],
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string> {
  // As they are: a path may look like a pattern, or begin with a colon.
  const names = paths.map((path) => `:(top,literal)${path}`);
  const patch = await runGit(["diff-tree", "-r", "-p", ...safely, ...span, "--", ...names], { cwd: dir, signal });
  if (patch.length <= longestPatch) return patch;
  return patch.slice(0, patch.lastIndexOf("\n", longestPatch) + 1 || longestPatch);
}

function fields(text: string): string[] {
  return text.split("\0").filter((field, at, all) => field !== "" || at < all.length - 1);
}

/** Where a reader finds it on the host; the forms of the hosts differ by their names only as far as is known. */
function urlOf(origin: string, hash: string, pullRequest: string | null): string | null {
  let place: { readonly host: string; readonly path: string };
  try {
    place = readRemoteUrl(origin);
  } catch {
    // A transport that no host serves pages by.
    return null;
  }
  const { host, path } = place;
  if (host === "") return null;
  const base = `https://${host}/${path.split("/").map(encodeURIComponent).join("/")}`;
  const isGitLab = host.startsWith("gitlab.");
  if (pullRequest === null) return `${base}${isGitLab ? "/-" : ""}/commit/${hash}`;
  return isGitLab ? `${base}/-/merge_requests/${pullRequest}` : `${base}/pull/${pullRequest}`;
}
