/**
 * The answer about a fix that `fix check` and `fix raise` start from: read from a file, or asked of a repository.
 *
 * @module
 */
import { statSync } from "node:fs";
import type { FixAnswer } from "@holdfast/fixes";
import type { Command } from "commander";
import { type Console, UsageError } from "./console.ts";
import { exitCodes } from "./exit-codes.ts";
import { addRepositoryOptions, FixProgress, type RepositoryFlags, repositoryOptions } from "./fix-repository.ts";
import { terminalText } from "./terminal-text.ts";

/** The options that both commands have. */
export interface FixAnswerFlags extends RepositoryFlags {
  readonly dir: string;
  readonly answer?: string;
}

/** Adds the arguments and options that name the answer and the project. */
export function addAnswerOptions(command: Command): Command {
  command
    .argument("[repo]", "without --answer: a directory, a URL or a package whose repository has the fix")
    .argument("[query]", "without --answer: the commit, #number or URL of the fix")
    .option("--dir <path>", "the project, or a member of a workspace", ".")
    .option("--answer <file>", "the line that holdfast fix find --json printed, in place of <repo> <query>");
  return addRepositoryOptions(command);
}

/**
 * Gives the answer, and says on standard error what weakens it.
 *
 * **Cancellation:** an aborted signal rejects with its reason.
 *
 * @throws UsageError when the command line names no answer, or two, or a project that is no directory.
 */
export async function loadAnswer(
  [repo, query]: readonly (string | undefined)[],
  flags: FixAnswerFlags,
  console: Console,
  signal: AbortSignal,
): Promise<FixAnswer> {
  const { answer, dir } = flags;
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`--dir takes the directory of a project, and ${dir} is none`);
  }
  if (answer !== undefined) {
    if (repo !== undefined) throw new UsageError("--answer stands in place of <repo> <query>; leave one of them out");
    return await (await import("./fix-answer-file.ts")).readAnswerFile(answer);
  }
  if (repo === undefined || query === undefined) {
    throw new UsageError("a fix is named by <repo> <query>, or by --answer <file>; holdfast fix find looks for one");
  }
  const { findFix } = await import("@holdfast/fixes");
  const progress = new FixProgress(console, !flags.json);
  const finding = findFix({ repo, query, signal, ...repositoryOptions(flags), onProgress: progress.report });
  return await finding.finally(() => progress.clear());
}

/** Prints what the library found wrong and gives the code for it; everything else goes on. */
export function unknownFor(error: unknown, { stderr }: Console): number {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (!(error instanceof Error) || typeof code !== "string" || !code.startsWith("FIXES_")) throw error;
  stderr.write(`holdfast: ${terminalText(error.message)}\n`);
  return misread.includes(code) ? exitCodes.usage : exitCodes.unknown;
}

/** Words of the command line that have no meaning, whatever the repository has. */
const misread: readonly string[] = ["FIXES_QUERY_UNREADABLE", "FIXES_URL_REFUSED"];

/** What the answer is about, for the first line. */
export function answerTitle({ query, commit, packages }: FixAnswer): string {
  const names = packages.flatMap(({ name, pinnedBy }) => (name === null ? pinnedBy : [name, ...pinnedBy]));
  const hash = commit === null ? "" : ` (${commit.slice(0, 10)})`;
  return terminalText(`${query}${hash}   ${names.join(", ") || "a package without a name"}`);
}

/** A duration for a reader: days, or hours below two days. */
export function durationText(milliseconds: number): string {
  const hours = Math.max(0, Math.floor(milliseconds / 3_600_000));
  const [count, unit] = hours < 48 ? [hours, "hour"] : [Math.floor(hours / 24), "day"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
