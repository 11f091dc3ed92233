/**
 * Makes text from outside (task names, tool names, bodies) safe to stand in SVG and in HTML.
 *
 * XML has no way to write most control characters, not even as a reference: one escape character in a tool's name
 * would make the whole picture unreadable to a strict parser. They are replaced, visibly.
 *
 * @module
 */

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const unsafe = /[&<>"'\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\uFFFE\uFFFF]/g;

/**
 * Escapes text for the content of an element and for a quoted attribute, in XML and in HTML.
 *
 * Besides the five markup characters it replaces what XML 1.0 forbids or what would act instead of being read: C0
 * controls become their Unicode pictures (an escape is shown as `␛`); C1 controls, lone surrogates, non-characters
 * and explicit bidirectional controls, which could reorder the text next to them, become U+FFFD. Tab, line feed and
 * carriage return are kept. It does not make text safe inside `<script>`, `<style>` or an unquoted attribute.
 *
 * ```ts run
 * import { escapeXml } from "@holdfast/pictures";
 * escapeXml("<b>\u001B[31m"); // => "&lt;b&gt;␛[31m"
 * ```
 */
export function escapeXml(text: string): string {
  return text.toWellFormed().replace(unsafe, (character) => entities[character] ?? picture(character));
}

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\uFFFD";
}
