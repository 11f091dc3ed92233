import { expect, test } from "vitest";
import { html, htmlFigure, htmlPage, intervalPlotSvg, Markup } from "../src/index.ts";

test("markup escapes what is put into it, lists too, but for markup", () => {
  const { text } = html`<p title="${`"'`}">${["<b>", 1, html`<i>${"&"}</i>`]}${new Markup("<hr>")}</p>`;

  expect(text).toBe('<p title="&quot;&#39;">&lt;b&gt;1<i>&amp;</i><hr></p>');
});

test("a page needs nothing but itself, has a title, and is for light and dark", () => {
  const page = htmlPage({ title: "</title><script>", main: html`<p>${"<b>"}</p>` });

  expect(page).toMatch(/^<!doctype html>/);
  expect(page).toContain("<title>&lt;/title&gt;&lt;script&gt;</title>");
  expect(page).toContain("<main><p>&lt;b&gt;</p></main>");
  expect(page).toContain("prefers-color-scheme: dark");
  expect(page).not.toMatch(/<script|@import|url\(|(?:src|href)="(?!data:)/);
});

test("a figure has the picture for a narrow and for a wide page, each with ids of its own", () => {
  const point = { concurrency: 1, rate: 0.5, interval: { low: 0.4, high: 0.6 } };
  const input = { title: "Rates", series: [{ name: "a", points: [point] }] };

  const { text } = htmlFigure("rates", (options) => intervalPlotSvg(input, options), "<caption>");

  expect(text).toMatch(/<div class="wide"><svg[^>]*class="rates-wide" width="880"/);
  expect(text).toMatch(/<div class="narrow"><svg[^>]*class="rates-narrow" width="350"/);
  expect(text).toContain("<figcaption>&lt;caption&gt;</figcaption>");
});
