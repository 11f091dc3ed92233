/**
 * Two copies of a project side by side: as it is, and with the floor raised. They are worktrees of its repository, in a
 * directory of their own; the user's working tree is not touched.
 *
 * @module
 */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { FixAnswer } from "../answer.ts";
import { runGit, tryGit } from "../git.ts";
import { ProjectNotCommittedError } from "../project-errors.ts";
import { applyEdits } from "../raise/edit.ts";
import { type FloorRaise, raiseFloor } from "../raise/raise-floor.ts";

/** The two trees; each is the directory of the project in it. */
export interface Worktrees extends AsyncDisposable {
  readonly before: string;
  readonly after: string;
  /** What was changed in the second, its paths those of the project. */
  readonly raise: FloorRaise;
}

/**
 * Makes both trees from the project's HEAD, and raises the floor in the second. Dispose of them to remove them.
 *
 * **Cancellation:** an aborted signal ends git, removes what was made, and rejects with its reason.
 *
 * @throws ProjectNotCommittedError for a project that is in no repository, has no commit, or has changes that are not committed;
 *   GitFailedError.
 */
export async function openWorktrees(dir: string, answer: FixAnswer, signal?: AbortSignal): Promise<Worktrees> {
  const { root, prefix } = await repositoryOf(dir, signal);
  // Git knows a worktree by its real path.
  const base = await realpath(await mkdtemp(join(tmpdir(), "holdfast-verify-")));
  const trees = [join(base, "before"), join(base, "after")] as const;
  const remove = async (): Promise<void> => {
    await rm(base, { recursive: true, force: true });
    // Not by pruning, which would forget others of the user's too whose directories are away for a while. Forced twice,
    // since git that was ended in the middle leaves a tree locked.
    for (const tree of trees) await tryGit(["worktree", "remove", "--force", "--force", tree], { cwd: root });
  };
  try {
    for (const tree of trees) {
      await runGit(["-c", "core.hooksPath=/dev/null", "worktree", "add", "-q", "--detach", tree, "HEAD"], {
        cwd: root,
        signal,
      });
    }
    const [before, after] = [join(trees[0], prefix), join(trees[1], prefix)];
    const raise = await raiseFloor({ dir: after, answer });
    await applyEdits(raise.edits);
    const edits = raise.edits.map((edit) => ({ ...edit, file: join(dir, relative(after, edit.file)) }));
    return { before, after, raise: { ...raise, edits }, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The top of the repository that a project is in, and where in it the project is. */
async function repositoryOf(
  dir: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly root: string; readonly prefix: string }> {
  const top = await tryGit(["rev-parse", "--show-toplevel"], { cwd: dir, signal });
  if (top === null) {
    throw new ProjectNotCommittedError(
      dir,
      `it is in no git repository; commit it to one, or leave out what is to be run`,
    );
  }
  const root = top.replace(/\n$/, "");
  if ((await tryGit(["rev-parse", "--verify", "-q", "HEAD^{commit}"], { cwd: root, signal })) === null) {
    throw new ProjectNotCommittedError(dir, `its repository has no commit; commit it first`);
  }
  const changed = await runGit(["status", "--porcelain"], { cwd: root, signal });
  if (changed !== "") {
    const count = changed.trimEnd().split("\n").length;
    throw new ProjectNotCommittedError(
      dir,
      `${count} file${count === 1 ? " is" : "s are"} not as in the last commit, and would be left out; commit, stash or ignore what has changed`,
    );
  }
  return { root, prefix: relative(await realpath(root), await realpath(dir)) };
}
