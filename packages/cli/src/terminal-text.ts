/**
 * Text that came from outside, made safe for a terminal.
 *
 * @module
 */

/** What can move the cursor, break a line, or change the direction of what follows. */
const acting = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Replaces what a terminal would act on by visible escapes, so that a body cannot pass for output of ours. */
export function terminalText(text: string): string {
  return text.replace(acting, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** The same for text of several lines, whose line breaks are ours. */
export function terminalLines(text: string): string {
  return text.split("\n").map(terminalText).join("\n");
}

/** A value as one line of JSON, in which the same characters are written as JSON escapes. */
export function terminalJson(value: unknown): string {
  const escape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return `${JSON.stringify(value).replace(acting, (character) => character.split("").map(escape).join(""))}\n`;
}
