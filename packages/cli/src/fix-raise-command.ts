/**
 * `holdfast fix raise`: the smallest edit of a project's manifests that keeps releases without the fix out.
 *
 * @module
 */
import type { FixAnswer, LockCommand } from "@holdfast/fixes";
import type { Command } from "commander";
import { type Console, UsageError } from "./console.ts";
import { exitCodes } from "./exit-codes.ts";
import { addAnswerOptions, type FixAnswerFlags, loadAnswer, unknownFor } from "./fix-answer.ts";
import { fixRaiseText, type RaiseOutcome } from "./fix-raise-text.ts";
import { InterruptionListener } from "./interruption.ts";
import { readWhole } from "./numbers.ts";
import { terminalJson, terminalText } from "./terminal-text.ts";

interface FixRaiseFlags extends FixAnswerFlags {
  readonly write: boolean;
  readonly lock: boolean;
  readonly minReleaseAge?: number;
}

const day = 24 * 60 * 60 * 1_000;

export function addFixRaiseCommand(fix: Command, console: Console, setExitCode: (code: number) => void): void {
  addAnswerOptions(fix.command("raise"))
    .description("raise the floor: one line for each requirement, as a diff until --write")
    .option("--write", "change the manifests", false)
    .option("--lock", "with --write: also run the package manager, so that the lock follows; both or neither", false)
    .option("--min-release-age <days>", "how old a release has to be, beside what the project's settings say", (text) =>
      readWhole("--min-release-age", text, 0),
    )
    .option("--json", "print one line for machines at the end", false)
    .addHelpText(
      "after",
      "\nExit codes: 0 nothing to raise, or written; 1 something is to be done; 2 the fix is not released;" +
        "\n3 something was refused or is unknown; 64 usage" +
        "\n\nExample:\n  holdfast fix raise --answer answer.json --write --lock",
    )
    .action(async (repo: string | undefined, query: string | undefined, flags: FixRaiseFlags) => {
      setExitCode(await run([repo, query], flags, console));
    });
}

async function run(words: readonly (string | undefined)[], flags: FixRaiseFlags, console: Console): Promise<number> {
  const { json, lock, write } = flags;
  if (lock && !write) throw new UsageError("--lock changes files: it goes with --write");
  using interruption = new InterruptionListener();
  try {
    const answer = await loadAnswer(words, flags, console, interruption.signal);
    const onCommand = ({ argv }: LockCommand): void => {
      if (!json) console.stderr.write(`holdfast: running ${terminalText(argv.join(" "))}\n`);
    };
    const outcome = await raise(answer, flags, onCommand, interruption.signal);
    const exitCode = exitCodeOf(outcome, lock && write);
    const isColoured = console.stdout.isTTY && process.env["NO_COLOR"] === undefined;
    console.stdout.write(json ? terminalJson(raiseJson(answer, outcome)) : fixRaiseText(answer, outcome, isColoured));
    return exitCode;
  } catch (error) {
    return unknownFor(error, console);
  }
}

async function raise(
  answer: FixAnswer,
  { dir, write, lock, minReleaseAge }: FixRaiseFlags,
  onCommand: (command: LockCommand) => void,
  signal: AbortSignal,
): Promise<RaiseOutcome> {
  const fixes = await import("@holdfast/fixes");
  const now = Date.now();
  const isReleased = answer.packages.some(({ first }) => first.stable !== null);
  const age = minReleaseAge === undefined ? {} : { minReleaseAge: minReleaseAge * day };
  const found = await fixes.raiseFloor({ dir, answer, now, ...age });
  const { edits } = found;
  const ran: LockCommand[] = [];
  if (write && lock && isReleased) {
    const report = await fixes.writeRaise({
      dir,
      edits,
      answer,
      now,
      signal,
      onCommand: (command) => {
        ran.push(command);
        onCommand(command);
      },
    });
    const commands = ran.map(({ argv }) => ({ argv, isRun: true }));
    return { raise: found, isReleased, isWritten: edits.length > 0, commands, verdict: report.verdict };
  }
  signal.throwIfAborted();
  const report = await fixes.checkProject({ dir, answer, now });
  const due = await fixes.dueCommands(dir, edits, report, answer);
  if (write) await fixes.applyEdits(edits);
  const commands = due.map(({ argv }) => ({ argv, isRun: false }));
  return { raise: found, isReleased, isWritten: write && edits.length > 0, commands, verdict: report.verdict };
}

/** Refusals come before what is to be done: a reader has to decide something. */
function exitCodeOf(
  { raise: { edits, refusals }, isReleased, isWritten, commands, verdict }: RaiseOutcome,
  isLocked: boolean,
): number {
  if (!isReleased) return exitCodes.unavailable;
  if (refusals.length > 0) return exitCodes.unknown;
  if (isLocked) return verdict === "has-fix" ? exitCodes.ok : exitCodes.unknown;
  if (edits.length > 0) return isWritten ? exitCodes.ok : exitCodes.verdict;
  if (commands.length > 0 || verdict === "affected") return exitCodes.verdict;
  return verdict === "unknown" ? exitCodes.unknown : exitCodes.ok;
}

function raiseJson({ query, commit }: FixAnswer, outcome: RaiseOutcome): object {
  const {
    raise: { edits, refusals, unchanged, diff, notes },
    isWritten,
    commands,
    verdict,
  } = outcome;
  return {
    query,
    commit,
    written: isWritten,
    edits: edits.map(({ file, line, package: name, table, before, after }) => {
      return { file, line, package: name, table, before, after };
    }),
    refusals,
    unchanged,
    diff,
    commands: commands.map(({ argv, isRun }) => ({ argv, run: isRun })),
    verdict,
    notes,
  };
}
