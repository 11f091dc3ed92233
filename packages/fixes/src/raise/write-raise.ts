/**
 * Writes a raise and, where that is wanted, the lock files with it: both or neither.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import type { FixAnswer } from "../answer.ts";
import { checkProject, type CheckReport } from "../check.ts";
import type { Ecosystem } from "../locks/lock.ts";
import { LockFailedError } from "../project-errors.ts";
import { ecosystemOf, findProject } from "../project.ts";
import { runProgram } from "../run-program.ts";
import { applyEdits, type ManifestEdit, replaceFile } from "./edit.ts";
import { type LockCommand, lockCommands, updateCommands } from "./lock-commands.ts";

/** What is to be written, and where. */
export interface WriteRaiseOptions {
  /** The directory that the raise was made for. */
  readonly dir: string;
  readonly edits: readonly ManifestEdit[];
  readonly answer: FixAnswer;
  /** Milliseconds since the epoch. Default: now. */
  readonly now?: number;
  readonly signal?: AbortSignal | undefined;
  /** Told of each command before it is run. */
  readonly onCommand?: ((command: LockCommand) => void) | undefined;
}

/**
 * Writes the edits, runs the project's package manager to bring its lock up to them, and checks the project again. What
 * the lock still keeps at a version without the fix, because the manifests let it in, is moved by a second command. A
 * command that fails takes everything back: manifests and lock files are then as they were, byte for byte. Commands are
 * run without a shell and without the scripts of packages.
 *
 * **Cancellation:** an aborted signal ends the package manager, takes everything back, and rejects with its reason.
 *
 * @throws ManifestChangedError before anything is written; LockFailedError after all of it was taken back.
 */
export async function writeRaise(options: WriteRaiseOptions): Promise<CheckReport> {
  const { dir, edits, answer, now = Date.now(), signal } = options;
  const { root, locks } = await findProject(dir);
  const paths = [...new Set([...edits.map(({ file }) => file), ...locks])];
  const before = await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const));
  signal?.throwIfAborted();
  await applyEdits(edits);
  try {
    await runAll(await lockCommands(locks, ecosystemsOf(edits)), root, options);
    const report = await checkProject({ dir, answer, now });
    const left = await updateCommands(locks, report.copies, answer);
    if (left.length === 0) return report;
    await runAll(left, root, options);
    return await checkProject({ dir, answer, now });
  } catch (error) {
    for (const [path, bytes] of before) {
      if (!bytes.equals(await readFile(path).catch(() => Buffer.alloc(0)))) await replaceFile(path, bytes);
    }
    throw error;
  }
}

/**
 * The commands that are due beside the edits: those that bring the lock up to them, and those that move copies which the
 * manifests would let stay. None, where no release has the fix.
 *
 * **Cancellation:** none; it reads a handful of files.
 */
export async function dueCommands(
  dir: string,
  edits: readonly ManifestEdit[],
  { copies }: CheckReport,
  answer: FixAnswer,
): Promise<LockCommand[]> {
  if (answer.packages.every(({ first }) => first.stable === null)) return [];
  const { locks } = await findProject(dir);
  const edited = new Set(edits.map((edit) => edit.package));
  const lacking = copies.filter(({ state }) => state === "lacks");
  // An edit moves the copy of its requirement; several copies have other reasons to be there.
  const left = lacking.filter((copy) => !edited.has(copy.package) || lacking.length > 1);
  return [...(await lockCommands(locks, ecosystemsOf(edits))), ...(await updateCommands(locks, left, answer))];
}

function ecosystemsOf(edits: readonly ManifestEdit[]): ReadonlySet<Ecosystem> {
  return new Set(edits.map(({ file }) => ecosystemOf(file)));
}

async function runAll(commands: readonly LockCommand[], cwd: string, options: WriteRaiseOptions): Promise<void> {
  for (const command of commands) {
    options.signal?.throwIfAborted();
    options.onCommand?.(command);
    await runCommand(command.argv, cwd, options.signal);
  }
}

/** So much of what a command says is told, in characters: its end tells why it failed. */
const toldOutput = 2_000;

async function runCommand(argv: readonly string[], cwd: string, signal: AbortSignal | undefined): Promise<void> {
  const { exitCode, obstacle, output } = await runProgram(argv, { cwd, signal, isMerged: true });
  if (exitCode === 0) return;
  const said = output.slice(-toldOutput).trim();
  throw new LockFailedError(
    argv,
    cwd,
    exitCode === null ? `${obstacle} ${said}`.trim() : `it ended with ${exitCode}: ${said}`,
  );
}
