import * as fc from "fast-check";
import { expect, test } from "vitest";
import { formatMs, formatPercent, linearScale, logScale, powerTicks, roundTicks } from "../src/scale.ts";

test("maps the ends of a domain to the ends of its range", () => {
  const x = linearScale(10, 20, 100, 300);

  expect([x(10), x(15), x(20)]).toEqual([100, 200, 300]);
});

test("maps a domain of one point to the start of its range", () => {
  expect(linearScale(5, 5, 100, 300)(5)).toBe(100);
});

test("maps equal factors to equal distances on a logarithmic axis", () => {
  const x = logScale(1, 100, 0, 200);

  expect(x(10)).toBeCloseTo(100, 9);
});

test("labels an axis with round values within it", () => {
  expect(roundTicks(0, 40, 8)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40]);
  expect(roundTicks(0, 0.8, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
  expect(roundTicks(3, 3, 5)).toEqual([3]);
});

test("finds rising ticks within any domain, and not many more than asked for", () => {
  const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(finite, fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (from, length) => {
      const ticks = roundTicks(from, from + length, 6);

      expect(ticks.length).toBeLessThanOrEqual(7);
      expect(ticks.every((tick, index) => index === 0 || tick > (ticks[index - 1] ?? 0))).toBe(true);
      expect(ticks.every((tick) => tick >= from - length * 1e-6 && tick <= from + length * (1 + 1e-6))).toBe(true);
    }),
  );
});

test("labels a logarithmic axis with 1, 2 and 5, or with powers alone when those are too many", () => {
  expect(powerTicks(2, 60, 6)).toEqual([2, 5, 10, 20, 50]);
  expect(powerTicks(2, 30_000, 6)).toEqual([10, 100, 1_000, 10_000]);
});

test("writes times and shares with the digits that matter", () => {
  expect([0, 0.1234, 12.345, 999.9, 1_234.5].map(formatMs)).toEqual(["0", "0.123", "12.3", "1000", "1235"]);
  expect([0, 0.19, 0.1889, 1].map(formatPercent)).toEqual(["0", "19", "18.9", "100"]);
});
