/**
 * What `holdfast fix raise` prints for a reader.
 *
 * @module
 */
import type { CheckReport, FixAnswer, FloorRaise } from "@holdfast/fixes";
import { diffLines } from "./diff-lines.ts";
import { answerTitle } from "./fix-answer.ts";
import { terminalText } from "./terminal-text.ts";

/** What a raise came to. */
export interface RaiseOutcome {
  readonly raise: FloorRaise;
  readonly isReleased: boolean;
  /** Whether the edits are in the files. */
  readonly isWritten: boolean;
  /** What the package manager was told, or is to be told. */
  readonly commands: readonly { readonly argv: readonly string[]; readonly isRun: boolean }[];
  /** What is installed by the lock as it is in the end; null where no lock can be read. */
  readonly verdict: CheckReport["verdict"] | null;
}

export function fixRaiseText(answer: FixAnswer, outcome: RaiseOutcome, isColoured: boolean): string {
  const { raise, commands } = outcome;
  const lines = [
    `holdfast fix raise   ${answerTitle(answer)}`,
    ...raise.notes.map((note) => `  note      ${terminalText(note)}`),
    ...raise.edits.map(({ file, line, package: name, before, after }) =>
      terminalText(`  raise     ${file}:${line}   ${name} "${before}" -> "${after}"`),
    ),
    ...raise.unchanged.map(({ file, line, package: name, range, reason }) =>
      terminalText(`  keep      ${file}:${line}   ${name} "${range}"   ${reason}`),
    ),
    ...raise.refusals.map(({ file, line, package: name, range, reason }) =>
      terminalText(`  refused   ${file}:${line}   ${name} "${range}"   ${reason}`),
    ),
    ...commands.map(({ argv, isRun }) => terminalText(`  ${isRun ? "ran " : "then"}      ${argv.join(" ")}`)),
    ...(raise.diff === "" ? [] : ["", ...diffLines(raise.diff, isColoured), ""]),
    `  ${summary(outcome)}`,
  ];
  return `${lines.join("\n")}\n`;
}

function summary({ raise: { edits, refusals }, isReleased, isWritten, commands, verdict }: RaiseOutcome): string {
  if (!isReleased) return "NOT RELEASED: no stable release has the fix yet, so there is no floor to raise to";
  const refused = refusals.length === 0 ? "" : `; ${refusals.length} refused`;
  const installed = verdict === null ? "" : `; by the lock the project ${verdicts[verdict]}`;
  if (edits.length > 0) {
    const what = `${edits.length} requirement${edits.length === 1 ? "" : "s"}`;
    return `${isWritten ? `raised ${what}` : `${what} to raise; --write does it`}${refused}${installed}`;
  }
  const rest = commands.some(({ isRun }) => !isRun)
    ? "; the lock keeps an old version, which the command above moves"
    : "";
  return `nothing to raise in the manifests${refused}${installed}${rest}`;
}

const verdicts = {
  "has-fix": "has the fix",
  affected: "is still affected",
  "not-released": "is affected",
  unknown: "is in an unknown state",
} as const;
