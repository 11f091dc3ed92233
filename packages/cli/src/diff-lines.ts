/**
 * A unified diff for a terminal.
 *
 * @module
 */
import { styleText } from "node:util";
import { terminalText } from "./terminal-text.ts";

/** Lines keep their own marks; what a file has in them cannot act on the terminal. */
export function diffLines(diff: string, isColoured: boolean): string[] {
  return diff
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => {
      // A carriage return at the end is a line end of the file; a tab is its indentation.
      const safe = line.replace(/\r$/, "").split("\t").map(terminalText).join("\t");
      if (!isColoured || /^(?:---|\+\+\+)/.test(line)) return safe;
      const colour = line.startsWith("-")
        ? "red"
        : line.startsWith("+")
          ? "green"
          : line.startsWith("@")
            ? "cyan"
            : null;
      return colour === null ? safe : styleText(colour, safe, { validateStream: false });
    });
}
