import { expect, test } from "vitest";
import { countText, intervalText, listText, percentText, pText } from "../src/report/words.ts";

test("shares, intervals and counts are put so that no line parts a number from its unit", () => {
  expect(percentText(0.1134)).toBe("11.3\u00a0%");
  expect(intervalText({ low: 0, high: 0.0305 })).toBe("[0.0,\u00a03.0]");
  expect([countText(0, "run"), countText(1, "run"), countText(2, "run")]).toEqual(["0 runs", "1 run", "2 runs"]);
  expect([listText([]), listText([1]), listText([1, 4]), listText([1, 4, 10])]).toEqual([
    "",
    "1",
    "1 and 4",
    "1, 4 and 10",
  ]);
});

test("a small p keeps its size, a larger one has three digits", () => {
  expect([pText(7.6e-6), pText(0.000_99), pText(0.001), pText(1)]).toEqual(["8e-6", "1e-3", "0.001", "1.000"]);
});
