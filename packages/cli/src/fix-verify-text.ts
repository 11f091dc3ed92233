/**
 * What `holdfast fix verify` prints for a reader: one table.
 *
 * @module
 */
import type { ComparedRun, FixAnswer, ReleaseCheck, TreeRun, VerifyReport } from "@holdfast/fixes";
import { answerTitle } from "./fix-answer.ts";
import { terminalLines, terminalText } from "./terminal-text.ts";

const verdicts = {
  verified: "VERIFIED",
  refuted: "REFUTED",
  "not-released": "NOT RELEASED",
  unknown: "UNKNOWN",
} as const;
const marks = { holds: "ok", fails: "FAILS", unknown: "unknown" } as const;
const results = {
  works: "still works",
  broken: "BROKEN",
  gone: "bug gone",
  seen: "BUG STILL SHOWS",
  unknown: "unknown",
} as const;
/** Below either, the difference of two durations says nothing: a share, and milliseconds. */
const noise = { share: 0.1, milliseconds: 100 };

export function fixVerifyText(answer: FixAnswer, { verdict, releases, trees }: VerifyReport): string {
  const checks = releases.flatMap((each) => each.checks);
  const runs = trees?.runs ?? [];
  const lines = [`holdfast fix verify   ${answerTitle(answer)}`, ...checks.map(checkLine)];
  if (checks.length === 0)
    lines.push("  unknown  no lock file or manifest of the project names a package that has the fix");
  for (const { file, line, before, after, package: name } of trees?.raise.edits ?? []) {
    lines.push(`  raise    ${terminalText(`${file}:${line}   ${name} "${before}" -> "${after}"`)}`);
  }
  if (trees !== null && trees.raise.edits.length === 0) {
    lines.push("  raise    nothing was raised, so that both trees are the same");
    for (const { reason } of trees.raise.refusals) lines.push(`           ${terminalText(reason)}`);
  }
  if (runs.length > 0) lines.push(...table(runs));
  for (const run of runs) if (run.result !== "works" && run.result !== "gone") lines.push(...outputLines(run));
  lines.push(`  ${verdicts[verdict]}: ${summary(checks, runs)}`);
  return `${lines.join("\n")}\n`;
}

function checkLine({ check, package: name, version, result, reason }: ReleaseCheck): string {
  const words = {
    "old lacks": "lacks the fix",
    "new has": "has the fix",
    "below lacks": "below the floor, lacks the fix",
    published: "is published",
  }[check];
  const what = terminalText(`${name} ${version ?? "(no version)"}`);
  return `  ${marks[result].padEnd(8)} ${what} ${words}   ${terminalText(reason)}`;
}

function table(runs: readonly ComparedRun[]): string[] {
  const rows = runs.map(({ command, before, after, result, kind }) => [
    terminalText(command),
    cell(before, kind),
    cell(after, kind),
    results[result],
    speed(before, after),
  ]);
  const all = [["command", "before", "after", "", ""], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all.map((row) => `  ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join("   ")}`.trimEnd());
}

function cell({ exitCode, milliseconds }: TreeRun, kind: ComparedRun["kind"]): string {
  const words = kind === "run" ? ["ok", "failed"] : ["no bug", "bug"];
  const end = exitCode === 0 ? words[0] : exitCode === 1 ? words[1] : `ended with ${exitCode ?? "a signal"}`;
  return `${end ?? ""} ${(milliseconds / 1000).toFixed(1)} s`;
}

function speed(before: TreeRun, after: TreeRun): string {
  if (before.milliseconds === 0 || before.exitCode !== after.exitCode) return "";
  const change = after.milliseconds / before.milliseconds - 1;
  const apart = Math.abs(after.milliseconds - before.milliseconds);
  if (Math.abs(change) < noise.share || apart < noise.milliseconds) return "as fast";
  return `${Math.round(Math.abs(change) * 100)} % ${change > 0 ? "slower" : "faster"}`;
}

function outputLines({ command, after }: ComparedRun): string[] {
  if (after.output === "") return [];
  const text = terminalLines(after.output).split("\n");
  return [`  ${terminalText(command)}, after, ended so:`, ...text.map((line) => `    ${line}`)];
}

function summary(checks: readonly ReleaseCheck[], runs: readonly ComparedRun[]): string {
  const holding = checks.filter(({ result }) => result === "holds").length;
  const good = runs.filter(({ result }) => result === "works" || result === "gone").length;
  const parts = [`${holding} of ${checks.length} statements about releases hold`];
  if (runs.length > 0) parts.push(`${good} of ${runs.length} commands went as they should`);
  return parts.join("; ");
}
