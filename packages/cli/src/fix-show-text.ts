/**
 * A commit with its hunks, as `--show` prints it.
 *
 * @module
 */
import type { ShownCommit, ShownFile } from "@holdfast/fixes";
import { diffLines } from "./diff-lines.ts";
import { minute } from "./fix-find-text.ts";
import { terminalLines, terminalText } from "./terminal-text.ts";

export function fixShowText(shown: ShownCommit, isColoured: boolean): string {
  const { commit, author, authored, url, pullRequest, subject, body, files, patch } = shown;
  const number = pullRequest === null ? "" : `   #${pullRequest}`;
  const message = body === "" ? [] : ["", ...terminalLines(body.replaceAll("\r\n", "\n")).split("\n")];
  const lines = [
    terminalText(`commit ${commit}${number}${url === null ? "" : `   ${url}`}`),
    terminalText(`author ${author.name} <${author.email}>   ${minute(Date.parse(authored))}`),
    "",
    ...[terminalText(subject), ...message].map((line) => (line === "" ? "" : `    ${line}`)),
    "",
    ...(files.length === 0 ? ["  changes no file"] : files.map(fileLine)),
    ...(patch === "" ? [] : ["", ...diffLines(patch, isColoured)]),
  ];
  return `${lines.join("\n")}\n`;
}

function fileLine({ path, movedFrom, added, removed, binary, shown }: ShownFile): string {
  const counts = binary ? "binary" : added === null ? "not here" : `+${added} -${removed}`;
  const moved = movedFrom === null ? "" : `   moved from ${movedFrom}`;
  return terminalText(`  ${counts.padEnd(12)}${path}${moved}${shown || added === null ? "" : "   too long to show"}`);
}
