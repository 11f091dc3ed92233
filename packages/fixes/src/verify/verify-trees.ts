/**
 * The same commands in both trees of a project, one after the other: does it still work, is the bug gone, and is it
 * faster or slower.
 *
 * @module
 */
import type { FixAnswer } from "../answer.ts";
import type { FloorRaise } from "../raise/raise-floor.ts";
import { type ProgramEnd, runProgram } from "../run-program.ts";
import { startServer, type TreeServer } from "./tree-server.ts";
import { openWorktrees } from "./worktrees.ts";

/** A command's end in one tree. */
export interface TreeRun {
  /** Null: it was killed or could not be started. */
  readonly exitCode: number | null;
  /** Milliseconds. */
  readonly milliseconds: number;
  /** The last lines of what it wrote. */
  readonly output: string;
}

/** One command in both trees. */
export interface ComparedRun {
  readonly kind: "run" | "reproduce";
  readonly command: string;
  readonly before: TreeRun;
  readonly after: TreeRun;
  /**
   * Of `run`: `works` in both or after only, `broken` after only, `unknown` in neither. Of `reproduce`: `gone`, `seen`
   * after, or `unknown`, which is also when it does not show before.
   */
  readonly result: "works" | "broken" | "gone" | "seen" | "unknown";
}

/** A command to run in both trees. */
export interface TreeCommand {
  /** `run`: is to go on working. `reproduce`: ends with 0 where the bug did not show, and with 1 where it did. */
  readonly kind: "run" | "reproduce";
  /** As a reader knows it; run by `sh` where there is no `argv`. */
  readonly command: string;
  readonly argv?: readonly string[];
}

/** What is run, and where. */
export interface VerifyTreesOptions {
  /** The directory of the project, in a git repository and committed. */
  readonly dir: string;
  readonly answer: FixAnswer;
  /** In their order: install, type check, tests, reproduction. */
  readonly commands: readonly TreeCommand[];
  /** Runs beside each reproduction, which begins once the port of `url` takes connections. */
  readonly server?: TreeServer | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
}

/** What goes on. */
export interface VerifyProgress {
  readonly command: string;
  readonly tree: "before" | "after";
  readonly done: number;
  readonly of: number;
}

/** What became of it. */
export interface VerifiedTrees {
  readonly raise: FloorRaise;
  readonly runs: readonly ComparedRun[];
}

/** Of the output of a command; its end tells why it failed. */
const keptLines = 12;

/**
 * Runs each command in both trees by `sh`, first as the project is and then with the floor raised. The variable
 * HOLDFAST_VERIFY_TREE tells a command which of the two it is in. The trees are removed whatever happens.
 *
 * **Cancellation:** an aborted signal kills the command with all that it has started, removes the trees, and rejects
 * with its reason.
 *
 * @throws ServerNotStartedError, ProjectNotCommittedError, GitFailedError, ManifestUnreadableError.
 */
export async function verifyTrees(options: VerifyTreesOptions): Promise<VerifiedTrees> {
  const { dir, answer, commands, server, signal, onProgress } = options;
  await using trees = await openWorktrees(dir, answer, signal);
  const compared: ComparedRun[] = [];
  let done = 0;
  const runIn = async (tree: "before" | "after", { kind, command, argv }: TreeCommand): Promise<TreeRun> => {
    onProgress?.({ command, tree, done, of: commands.length * 2 });
    const where = { cwd: trees[tree], signal, env: { HOLDFAST_VERIFY_TREE: tree } };
    await using _served = kind === "run" || server === undefined ? null : await startServer(server, where);
    const end = await runProgram(argv ?? ["sh", "-c", command], { ...where, isMerged: argv === undefined });
    done += 1;
    return told(end);
  };
  for (const command of commands) {
    const before = await runIn("before", command);
    const after = await runIn("after", command);
    const result = command.kind === "run" ? runResult(before, after) : reproduceResult(before, after);
    compared.push({ kind: command.kind, command: command.command, before, after, result });
  }
  return { raise: trees.raise, runs: compared };
}

function told({ exitCode, milliseconds, output }: ProgramEnd): TreeRun {
  return {
    exitCode,
    milliseconds: Math.round(milliseconds),
    output: output.trimEnd().split("\n").slice(-keptLines).join("\n"),
  };
}

function runResult(before: TreeRun, after: TreeRun): "broken" | "unknown" | "works" {
  if (after.exitCode === 0) return "works";
  return before.exitCode === 0 ? "broken" : "unknown";
}

/** Other codes than 0 and 1 are of a script that failed itself. */
function reproduceResult(before: TreeRun, after: TreeRun): "gone" | "seen" | "unknown" {
  if (after.exitCode === 1) return "seen";
  return before.exitCode === 1 && after.exitCode === 0 ? "gone" : "unknown";
}
