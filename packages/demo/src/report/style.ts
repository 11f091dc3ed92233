/**
 * The look of the report: readable at the width of a phone and of a desk, in light and in dark, with no request.
 *
 * @module
 */

export const style = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --soft: #58606a; --rule: #dce1e7; --panel: #f5f7f9; --good: #00744f; --bad: #b33a00; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181d; --ink: #e9edf1; --soft: #a6b0bb; --rule: #2f3740; --panel: #1b2128; --good: #35c79b; --bad: #ff935c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; }
main { max-width: 58rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: clamp(1.6rem, 5vw, 2.4rem); line-height: 1.2; margin: 0 0 .5rem; text-wrap: balance; }
h2 { font-size: 1.25rem; margin: 3rem 0 .5rem; line-height: 1.3; }
p { margin: .5rem 0; max-width: 44rem; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
.lead { font-size: 1.1rem; }
.soft { color: var(--soft); font-size: .9rem; }
.good { color: var(--good); font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; }
figure { margin: 1.25rem 0; }
figure svg { width: 100%; }
figcaption { color: var(--soft); font-size: .9rem; margin-top: .25rem; max-width: 44rem; }
.narrow { display: none; }
@media (max-width: 40rem) { .wide { display: none; } .narrow { display: block; } }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { font-weight: 600; color: var(--soft); }
thead th { white-space: nowrap; }
td.number { white-space: nowrap; }
ul.claims { list-style: none; padding: 0; margin: 1rem 0; }
ul.claims li { padding: .5rem 0; border-bottom: 1px solid var(--rule); }
ul.claims small { display: block; color: var(--soft); }
details { margin: 1rem 0; }
summary { cursor: pointer; }
@media (max-width: 40rem) {
  table.stack thead { display: none; }
  table.stack tr { display: block; border-bottom: 1px solid var(--rule); padding: .6rem 0; }
  table.stack td, table.stack th { display: block; border: 0; padding: .1rem 0; white-space: normal; }
  table.stack td[data-head]::before { content: attr(data-head) ": "; color: var(--soft); }
}
`;
