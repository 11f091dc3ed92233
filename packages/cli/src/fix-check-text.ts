/**
 * What `holdfast fix check` prints for a reader.
 *
 * @module
 */
import type { CheckedCopy, CheckedRequirement, CheckReport, FixAnswer } from "@holdfast/fixes";
import { answerTitle, durationText } from "./fix-answer.ts";
import { terminalText } from "./terminal-text.ts";

const stateWidth = 10;
const verdicts = {
  "has-fix": "has the fix",
  affected: "AFFECTED",
  "not-released": "NOT RELEASED",
  unknown: "UNKNOWN",
} as const;

export function fixCheckText(answer: FixAnswer, report: CheckReport): string {
  const { copies, requirements, problems, notes } = report;
  const lines = [
    `holdfast fix check   ${answerTitle(answer)}`,
    ...notes.map((note) => row("note", terminalText(note))),
    ...copies.map(copyLine),
    ...requirements.map(requirementLine),
    ...problems.map((problem) => row("problem", terminalText(problem))),
    `  ${summary(report)}`,
  ];
  return `${lines.join("\n")}\n`;
}

function copyLine({ state, file, line, path, package: name, version, reason, ...rest }: CheckedCopy): string {
  const where = path === name ? "" : `   ${path}`;
  const details = [reason, ...distance(rest)];
  return row(
    state,
    terminalText(`${file}:${line}${where}   ${name} ${version ?? "(no release)"}   ${details.join("; ")}`),
  );
}

function distance({ behind, latest, safeFloor }: Pick<CheckedCopy, "behind" | "latest" | "safeFloor">): string[] {
  const floor = safeFloor === null ? [] : [`safe floor ${safeFloor}`];
  if (behind === null || latest === null || behind === 0) return floor;
  return [`${behind} release${behind === 1 ? "" : "s"} behind ${latest}`, ...floor];
}

function requirementLine({ state, file, line, table, package: name, range, reason }: CheckedRequirement): string {
  const where = table === "" ? "" : `   ${table}`;
  const label = { high: "floor ok", low: "floor low", unknown: "unknown" }[state];
  return row(label, terminalText(`${file}:${line}${where}   ${name} "${range}"   ${reason}`));
}

function summary({ verdict, copies, outFor, requirements }: CheckReport): string {
  const count = (state: CheckedCopy["state"]): number => copies.filter((copy) => copy.state === state).length;
  const parts = (["lacks", "unknown", "has"] as const).flatMap((state) => {
    const words = { lacks: "without the fix", unknown: "unknown", has: "with it" }[state];
    return count(state) === 0 ? [] : [`${count(state)} ${words}`];
  });
  const installed =
    copies.length === 0
      ? "no copy found"
      : `${copies.length} cop${copies.length === 1 ? "y" : "ies"}, ${parts.join(", ")}`;
  const out = outFor === null ? "in no release yet" : `out for ${durationText(outFor)}`;
  const low = requirements.filter(({ state }) => state === "low").length;
  const floors = low === 0 ? "" : `; ${low} requirement${low === 1 ? " admits" : "s admit"} releases without it`;
  return `${verdicts[verdict]}: ${installed}; the fix is ${out}${floors}`;
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(stateWidth)}${text}`;
}
