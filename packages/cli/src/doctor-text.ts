/**
 * What `holdfast doctor` prints for a reader.
 *
 * @module
 */
import type { McpCheck, McpExamination } from "@holdfast/mcp";
import { terminalText } from "./terminal-text.ts";

const verdictWidth = 9;
const nameWidth = 14;
const indent = " ".repeat(2 + verdictWidth + nameWidth);
/** More would hide the rows that matter. */
const mostTools = 40;

export function doctorText(examination: McpExamination): string {
  const { target, checks } = examination;
  const lines = [
    `holdfast doctor   ${terminalText(target)}`,
    ...serverLines(examination),
    ...checks.flatMap(checkLines),
    summary(examination),
  ];
  return `${lines.join("\n")}\n`;
}

function serverLines({ server, tools }: McpExamination): string[] {
  const { protocolVersion, name, version, capabilities, instructions } = server;
  const who = terminalText(`${name} ${version}`.trim()) || "(it does not say)";
  const can = Object.keys(capabilities).map(terminalText).join(", ") || "none";
  const shown = tools.slice(0, mostTools).map(toolText);
  const more = tools.length > shown.length ? [`and ${tools.length - shown.length} more`] : [];
  return [
    `  server   ${who}   protocol ${terminalText(protocolVersion)}   capabilities ${can}`,
    ...(instructions === undefined ? [] : [`           instructions of ${instructions.length} characters`]),
    `  tools    ${[...shown, ...more].join(", ") || "none"}`,
  ];
}

function toolText({ name, readOnly, destructive, outputSchema }: McpExamination["tools"][number]): string {
  const hints = [
    ...(readOnly === true ? ["reads only"] : []),
    ...(destructive === true ? ["destructive"] : []),
    ...(outputSchema ? ["output schema"] : []),
  ];
  return `${terminalText(name)}${hints.length === 0 ? "" : ` (${hints.join(", ")})`}`;
}

function checkLines({ name, verdict, found, consequence }: McpCheck): string[] {
  const first = `  ${verdict.padEnd(verdictWidth)}${name.padEnd(nameWidth)}${terminalText(found)}`;
  return consequence === undefined ? [first] : [first, `${indent}breaks: ${terminalText(consequence)}`];
}

function summary({ checks, tookMs }: McpExamination): string {
  const count = (verdict: McpCheck["verdict"]): number => checks.filter((check) => check.verdict === verdict).length;
  const parts = (["fail", "warn", "ok", "skipped"] as const).flatMap((verdict) => {
    return count(verdict) === 0 ? [] : [`${count(verdict)} ${verdict}`];
  });
  return `  ${parts.join(", ")}, after ${(tookMs / 1_000).toFixed(1)} s`;
}
