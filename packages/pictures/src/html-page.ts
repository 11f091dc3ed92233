/**
 * Pages that need nothing but themselves: readable at the width of a phone and of a desk, in light and in dark, with no
 * request.
 *
 * @module
 */
import type { PictureOptions } from "./canvas.ts";
import { html, Markup } from "./html.ts";

/** What a page is made of. */
export interface HtmlPage {
  readonly title: string;
  /** What stands in its `main` element. */
  readonly main: Markup;
}

const narrowWidth = 350;
const wideWidth = 880;

const style = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --soft: #58606a; --rule: #dce1e7; --panel: #f4f6f8; --good: #00744f; --bad: #b33a00; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181d; --ink: #e9edf1; --soft: #a6b0bb; --rule: #2f3740; --panel: #1d232b; --good: #35c79b; --bad: #ff935c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 58rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: clamp(1.6rem, 5vw, 2.4rem); line-height: 1.2; margin: 0 0 .75rem; text-wrap: balance; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 3rem 0 .5rem; }
h3 { font-size: 1rem; line-height: 1.4; margin: 1.75rem 0 .25rem; }
p { margin: .5rem 0; max-width: 44rem; text-wrap: pretty; }
code { font: .9em/1.5 ui-monospace, monospace; }
pre { background: var(--panel); border-radius: .4rem; padding: .75rem 1rem; margin: 1rem 0; white-space: pre-wrap; }
.lead { font-size: 1.15rem; }
.soft { color: var(--soft); font-size: .9rem; }
.good { color: var(--good); font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; }
figure { margin: 1.5rem 0; }
figure svg { width: 100%; }
figcaption { color: var(--soft); font-size: .9rem; margin-top: .25rem; max-width: 44rem; }
.narrow { display: none; }
ul { list-style: none; margin: 1rem 0; padding: 0; }
ul.claims li { display: grid; grid-template-columns: 1.5rem 1fr; padding: .5rem 0; border-bottom: 1px solid var(--rule); }
ul.claims p { margin: 0; }
ul.claims p::first-letter { text-transform: uppercase; }
ul.said li { display: grid; grid-template-columns: 3.5rem 1fr; padding: .2rem 0; }
ul.said li > :first-child { color: var(--soft); font-variant-numeric: tabular-nums; }
details { margin: .5rem 0 1rem; }
summary { cursor: pointer; color: var(--soft); width: fit-content; }
table { border-collapse: collapse; margin-top: .5rem; font-size: .95rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .35rem 1.5rem .35rem 0; border-bottom: 1px solid var(--rule); }
th { font-weight: 600; color: var(--soft); }
tbody th { color: inherit; font-weight: 400; }
table.stack td, thead th { white-space: nowrap; }
table.parties { table-layout: fixed; width: 100%; max-width: 40rem; }
@media (max-width: 40rem) {
  .wide { display: none; }
  .narrow { display: block; }
  th, td { padding-right: .6rem; }
  table.stack thead { display: none; }
  table.stack tr { display: block; border-bottom: 1px solid var(--rule); padding: .6rem 0; }
  table.stack td, table.stack th { display: block; border: 0; padding: .05rem 0; white-space: normal; }
  thead th { white-space: normal; }
  table.stack th { font-weight: 600; }
  table.stack td[data-head]::before { content: attr(data-head) ": "; color: var(--soft); }
}
`;

/**
 * Writes a page around what is in it. Its classes: `lead` and `soft` for paragraphs, `good` and `bad` for verdicts, `stack`
 * for tables whose rows become blocks on a phone, each cell with its `data-head` before it.
 *
 * ```ts run
 * import { html, htmlPage } from "@holdfast/pictures";
 * htmlPage({ title: "Report", main: html`<h1>Report</h1>` }).startsWith("<!doctype html>"); // => true
 * ```
 */
export function htmlPage({ title, main }: HtmlPage): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${new Markup(style)}
        </style>
      </head>
      <body>
        <main>${main}</main>
      </body>
    </html> `;
  return page.text;
}

/**
 * Draws a picture for a page: twice, for a narrow and for a wide one, of which the page shows one.
 *
 * @param id begins the ids and classes of both, and is another one for each picture of a page
 */
export function htmlFigure(id: string, draw: (options: PictureOptions) => string, caption: string): Markup {
  const wide = new Markup(draw({ width: wideWidth, id: `${id}-wide` }));
  const narrow = new Markup(draw({ width: narrowWidth, id: `${id}-narrow` }));
  return html`<figure>
    <div class="wide">${wide}</div>
    <div class="narrow">${narrow}</div>
    <figcaption>${caption}</figcaption>
  </figure>`;
}
