import * as fc from "fast-check";
import { expect, test } from "vitest";
import { escapeXml } from "../src/index.ts";
import { parseXml } from "./xml.ts";

test("escapes the five characters of markup", () => {
  const escaped = escapeXml(`<a href="x" title='y'>&</a>`);

  expect(escaped).toBe("&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;");
});

test("shows control characters, which XML cannot write, as pictures", () => {
  const escaped = escapeXml("\u0000\u001B[2J\u007F");

  expect(escaped).toBe("␀␛[2J␡");
});

test("replaces lone surrogates, non-characters and bidirectional overrides", () => {
  const escaped = escapeXml("\uD800a\uFFFEb\u202Ec\u2066d\u0085");

  expect(escaped).toBe("\uFFFDa\uFFFDb\uFFFDc\uFFFDd\uFFFD");
});

test("keeps white space, letters of all scripts and pairs of surrogates", () => {
  const text = "tab\tline\nß 日本語 עברית 👩‍👩‍👧";

  expect(escapeXml(text)).toBe(text);
});

test("gives a strict parser the same text back, whatever harmless text went in", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (text) => {
      const { text: parsed, attributes } = parseXml(`<t a="${escapeXml(text)}">${escapeXml(text)}</t>`);

      expect(parsed).toBe(text);
      expect(attributes.get("a")).toBe(text);
    }),
  );
});

test("gives a strict parser one element without children, whatever hostile text went in", () => {
  fc.assert(
    fc.property(fc.uint16Array({ maxLength: 60 }), (units) => {
      const text = String.fromCharCode(...units);

      const parsed = parseXml(`<t a="${escapeXml(text)}">${escapeXml(text)}</t>`);

      expect(parsed.children).toEqual([]);
      expect(parsed.attributes.size).toBe(1);
    }),
  );
});
