import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fitText, textWidth, wrapText } from "../src/text.ts";

test("leaves text alone that fits, but for its white space", () => {
  expect(fitText("  search\n logs ", 12, 200)).toBe("search logs");
});

test("cuts what does not fit with an ellipsis", () => {
  const fitted = fitText("a name far too long for the column", 12, 80);

  expect(fitted).toMatch(/^a name.*…$/);
  expect(textWidth(fitted, 12)).toBeLessThanOrEqual(80);
});

test("gives nothing where not even one letter fits", () => {
  expect(fitText("name", 12, 5)).toBe("");
  expect(fitText("name", 12, -20)).toBe("");
});

test("does not cut through an emoji or an accented letter", () => {
  const family = "👩‍👩‍👧";

  for (let width = 0; width < 120; width += 1) {
    const kept = fitText(`${family}${family} e\u0301e\u0301`, 12, width).replace("…", "").replaceAll(family, "");

    expect(kept.trim().replaceAll("e\u0301", "")).toBe("");
  }
});

test("stays within the width for any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(400), fc.boolean(), (text, width, bold) => {
      expect(textWidth(fitText(text, 12, width, bold), 12, bold)).toBeLessThanOrEqual(width + 1e-9);
    }),
  );
});

test("breaks text at spaces, and cuts only the last line", () => {
  const lines = wrapText("one two three four five six seven eight nine ten", 12, 90, 2);

  expect(lines).toHaveLength(2);
  expect(lines[0]).not.toContain("…");
  expect(lines[1]).toContain("…");
});

test("loses no word where the lines suffice", () => {
  const text = "opened by task 0, closing by task 3 refused";

  expect(wrapText(text, 14, 200, 5).join(" ")).toBe(text);
});

test("goes on to the next line after a word that is wider than a line", () => {
  const lines = wrapText(`${"w".repeat(60)} end`, 12, 100, 3);

  expect(lines.at(-1)).toBe("end");
});
