/**
 * The look that all pictures share: colours for light and for dark, and the rules that use them.
 *
 * The hues are those of Okabe and Ito, which the common forms of colour blindness keep apart, darkened or lightened
 * until they reach 3:1 against the paper (text: 4.5:1). No meaning rests on a colour alone: each has a shape, a line
 * style or a word beside it.
 *
 * @module
 */

/** How many series have a colour of their own; each also has a shape of its own, from another cycle. */
export const seriesColours = 6;

const light = `--paper:#fff;--ink:#1b1f24;--soft:#58606a;--rule:#dce1e7;--run:#0072b2;--on:#fff;--call:#d8ebf8;--hold:#fbe9bf;
--amber:#9a6a00;--band:#00805e;--bad:#c24400;--s0:#c24400;--s1:#0072b2;--s2:#00805e;--s3:#a8487f;--s4:#8a6400;--s5:#58606a`;

const dark = `--paper:#14181d;--ink:#e9edf1;--soft:#a6b0bb;--rule:#2f3740;--run:#58aee8;--on:#08131c;--call:#15364d;--hold:#453611;
--amber:#e3b341;--band:#35c79b;--bad:#ff935c;--s0:#ff935c;--s1:#62b6ee;--s2:#35c79b;--s3:#e79cc8;--s4:#e3b341;--s5:#a6b0bb`;

const shared: readonly string[] = [
  "t{fill:var(--ink);paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}",
  "soft{fill:var(--soft)}",
  "b{font-weight:700}",
  "on{fill:var(--on);stroke:none}",
  "in{stroke:none}",
  "bad{fill:var(--bad)}",
  "rule{stroke:var(--rule)}",
];

/** The style sheet of one picture: every class begins with its id, so that pictures on one page do not meet. */
export function styleSheet(id: string, font: number, rules: readonly string[]): string {
  const own = [...shared, ...rules].map((rule) => `.${id}-${rule}`).join("");
  return (
    `.${id}{${light};display:block;max-width:100%;height:auto;font:${font}px system-ui,sans-serif}` +
    `@media(prefers-color-scheme:dark){.${id}{${dark}}}${own}`
  ).replaceAll("\n", "");
}

/** Rules that give series `0` to `count - 1` their colours, for shapes (`s0`) and for hollow shapes (`h0`). */
export function seriesRules(count: number): readonly string[] {
  return Array.from({ length: Math.min(count, seriesColours) }, (_, index) => [
    `s${index}{fill:var(--s${index});stroke:var(--s${index})}`,
    `h${index}{fill:none;stroke:var(--s${index});stroke-width:1.5}`,
  ]).flat();
}
