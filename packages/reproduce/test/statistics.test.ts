import { describe, expect, test } from "vitest";
import { type Count, differenceInterval, fisherExact, runsNeeded, wilsonInterval } from "../src/index.ts";

describe("the Wilson interval", () => {
  // Newcombe, Statistics in Medicine 17 (1998), table I, method 3; the first two are those of 0/10 and 2/10 in any package.
  test.each([
    [2, 10, 0.0567, 0.5098],
    [0, 10, 0, 0.2775],
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("of %i in %i is the published one", (hits, trials, low, high) => {
    const interval = wilsonInterval(hits, trials);

    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });
});

describe("the interval of a difference", () => {
  // Newcombe, Statistics in Medicine 17 (1998), 873-890, table II, method 10.
  test.each([
    [count(48, 80), count(56, 70), 0.0524, 0.3339],
    [count(3, 10), count(9, 10), 0.1705, 0.809],
    [count(2, 7), count(6, 7), 0.0582, 0.8062],
    [count(0, 29), count(5, 56), -0.0381, 0.1926],
    [count(0, 20), count(0, 10), -0.1611, 0.2775],
    [count(0, 20), count(10, 10), 0.6791, 1],
    [count(0, 10), count(10, 10), 0.6075, 1],
  ])("from $hits/$trials to the other share is the published one", (before, after, low, high) => {
    const interval = differenceInterval(before, after);
    const reversed = differenceInterval(after, before);

    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
    expect(reversed.low).toBeCloseTo(-high, 4);
    expect(reversed.high).toBeCloseTo(-low, 4);
  });
});

describe("Fisher's exact test", () => {
  // The last two are examples of R's fisher.test: the lady tasting tea, and the convicted twins.
  test.each([
    [count(2, 10), count(0, 10), 0.47368],
    [count(2, 10), count(0, 33), 0.04983],
    [count(5, 23), count(0, 23), 0.0491],
    [count(3, 4), count(1, 4), 0.4857],
    [count(2, 17), count(10, 13), 0.0005367],
  ])("of $hits/$trials against the other share gives the published p", (a, b, published) => {
    const p = fisherExact(a, b);

    expect(Math.abs(p - published) / published).toBeLessThan(2e-3);
  });

  test("never says that a difference is impossible, however small its probability", () => {
    const p = fisherExact(count(2_000, 2_000), count(0, 2_000));

    expect(p).toBe(Number.MIN_VALUE);
  });
});

describe("the runs needed", () => {
  test.each([
    [count(2, 10), 33],
    // At 19 clean runs p is 0.05 exactly, and that is not below it.
    [count(1, 1), 20],
    [count(150, 150), 1],
    [count(1, 100_000), 1_900_001],
  ])("after $hits/$trials are known without a long search", (before, needed) => {
    const runs = runsNeeded(before);

    expect(runs).toBe(needed);
  });

  test("are infinite when there was no hit to lose", () => {
    const runs = runsNeeded(count(0, 10));

    expect(runs).toBe(Infinity);
  });
});

test.each([count(-1, 10), count(11, 10), count(0, 0), count(0.5, 10), count(1, 1.5), count(Number.NaN, 10)])(
  "$hits of $trials is no share",
  (impossible) => {
    expect(() => wilsonInterval(impossible.hits, impossible.trials)).toThrow(RangeError);
    expect(() => fisherExact(impossible, count(1, 2))).toThrow(RangeError);
    expect(() => fisherExact(count(1, 2), impossible)).toThrow(RangeError);
    expect(() => runsNeeded(impossible)).toThrow(RangeError);
  },
);

function count(hits: number, trials: number): Count {
  return { hits, trials };
}
