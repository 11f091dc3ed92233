/**
 * Fits text into a width without a browser to measure it.
 *
 * Widths are estimated from above, after DejaVu Sans, the widest of the faces that `system-ui` commonly stands for: a
 * label that is said to fit does fit, and in a narrower face it ends a little early. Ligatures far wider than their
 * letters are not covered.
 *
 * @module
 */

/** Advances of U+0020 to U+007E in DejaVu Sans, rounded up to twentieths of an em, one base-36 digit each. */
const advances = "79ahdkg688bh7877dddddddddd77hhhbleefgdcgg66eciggdgeddfekede878hbbddcdd8dd66c6kdddd9b8dchccbd7dh";
/** What a bold face adds at most, by the same measure. */
const boldFactor = 1.2;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const beyondAscii = /[^ -~]/;
const fullWidth = /[\u1100-\u11FF\u2E80-\uA4CF\uAC00-\uD7AF\uF900-\uFAFF\uFB50-\uFDFF\uFE30-\uFE4F\uFF00-\uFFEF]/;
const takesNoWidth = /^[\p{M}\u200B-\u200F\u2060-\u206F\uFEFF]$/u;

/** A width in the unit of `size`, never less than what a common sans-serif face needs. */
export function textWidth(text: string, size: number, bold = false): number {
  let em = 0;
  for (const character of text) em += advance(character);
  return em * size * (bold ? boldFactor : 1);
}

/**
 * The text itself if it fits, else its beginning and an ellipsis, else the empty string.
 *
 * Cuts between graphemes, so that an emoji or an accented letter is shown whole or not at all.
 */
export function fitText(text: string, size: number, width: number, bold = false): string {
  const line = oneLine(text);
  if (textWidth(line, size, bold) <= width) return line;
  let room = width - textWidth("…", size, bold);
  let kept = "";
  for (const part of beyondAscii.test(line) ? segments(line) : line) {
    room -= textWidth(part, size, bold);
    if (room < 0) break;
    kept += part;
  }
  return kept === "" ? "" : `${kept.trimEnd()}…`;
}

/** The text broken at spaces into at most `lines` lines; the last is cut with an ellipsis where it does not fit. */
export function wrapText(text: string, size: number, width: number, lines: number, bold = false): readonly string[] {
  const words = oneLine(text).split(" ");
  const wrapped: string[] = [];
  let rest = words.join(" ");
  while (rest !== "" && wrapped.length < lines - 1 && textWidth(rest, size, bold) > width) {
    const head = headOf(rest.split(" "), size, width, bold);
    wrapped.push(fitText(head, size, width, bold));
    rest = rest.slice(head.length).trimStart();
  }
  if (rest !== "") wrapped.push(fitText(rest, size, width, bold));
  return wrapped;
}

/** Line breaks and runs of space become one space, as a renderer would show them anyway. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function headOf(words: readonly string[], size: number, width: number, bold: boolean): string {
  let head = words[0] ?? "";
  for (const word of words.slice(1)) {
    const longer = `${head} ${word}`;
    if (textWidth(longer, size, bold) > width) break;
    head = longer;
  }
  return head;
}

function* segments(line: string): Generator<string> {
  for (const { segment } of graphemes.segment(line)) yield segment;
}

function advance(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  const digit = advances[code - 0x20];
  if (digit !== undefined) return Number.parseInt(digit, 36) / 20;
  if (takesNoWidth.test(character)) return 0;
  if (code > 0xffff) return 1.4;
  return fullWidth.test(character) || character === "…" ? 1 : 0.9;
}
