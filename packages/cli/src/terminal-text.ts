/**
 * Text that came from outside, made safe for a terminal.
 *
 * @module
 */

/**
 * Replaces control characters, line breaks and direction marks by visible escapes, so that a body or a tool's name can
 * neither move the cursor nor pass for output of ours.
 */
export function terminalText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
