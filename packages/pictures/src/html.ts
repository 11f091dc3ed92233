/**
 * Markup as text: what is put into a template is escaped, unless it is markup already.
 *
 * @module
 */
import { escapeXml } from "./escape-xml.ts";

/** A piece of markup that needs no escaping. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | readonly Part[];

/**
 * Builds markup from a template; strings and numbers in it are text from outside.
 *
 * ```ts run
 * import { html } from "@holdfast/pictures";
 * html`<p>${"<b>"}</p>`.text; // => "<p>&lt;b&gt;</p>"
 * ```
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.reduce((text, string, index) => text + render(parts[index - 1] as Part) + string));
}

function render(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === "string" || typeof part === "number") return escapeXml(String(part));
  return part.map(render).join("");
}
