/**
 * The answer about a fix that `fix check` and `fix raise` start from: read from a file, or asked of a repository.
 *
 * @module
 */
import { statSync } from "node:fs";
import type { FixAnswer } from "@holdfast/fixes";
import { type Command, Option } from "commander";
import { type Console, UsageError } from "./console.ts";
import { exitCodes } from "./exit-codes.ts";
import { ProgressLine } from "./progress-line.ts";
import { terminalText } from "./terminal-text.ts";

/** The options that both commands have. */
export interface FixAnswerFlags {
  readonly dir: string;
  readonly answer?: string;
  readonly cache?: string;
  readonly offline?: boolean;
  readonly refresh?: boolean;
  readonly json: boolean;
}

/** Adds the arguments and options that name the answer and the project. */
export function addAnswerOptions(command: Command): Command {
  return command
    .argument("[repo]", "without --answer: a directory, a URL or a package whose repository has the fix")
    .argument("[query]", "without --answer: the commit, #number or URL of the fix")
    .option("--dir <path>", "the project, or a member of a workspace", ".")
    .option("--answer <file>", "the line that holdfast fix find --json printed, in place of <repo> <query>")
    .option("--cache <dir>", "where clones are kept")
    .addOption(new Option("--offline", "answer from the clones that are there").conflicts("refresh"))
    .option("--refresh", "fetch into a kept clone, however young it is");
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
  { stderr }: Console,
  signal: AbortSignal,
): Promise<FixAnswer> {
  const { answer, dir, cache, offline, refresh } = flags;
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
  const line = new ProgressLine(stderr, !flags.json);
  const finding = findFix({
    repo,
    query,
    signal,
    ...(cache !== undefined && { cache }),
    ...(offline !== undefined && { offline }),
    ...(refresh !== undefined && { refresh }),
    onProgress: (progress) => {
      if (progress.kind === "transfer") line.show(`${progress.transfer}, percent:`, progress.percent ?? 0, 100);
      if (progress.kind !== "warning") return;
      line.clear();
      stderr.write(`holdfast: ${terminalText(progress.text)}\n`);
    },
  });
  return await finding.finally(() => line.clear());
}

/** Prints what the library found wrong and gives the code for "unknown"; everything else goes on. */
export function unknownFor(error: unknown, { stderr }: Console): number {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (!(error instanceof Error) || typeof code !== "string" || !code.startsWith("FIXES_")) throw error;
  stderr.write(`holdfast: ${terminalText(error.message)}\n`);
  return exitCodes.unknown;
}

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
