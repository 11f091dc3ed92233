import { describe, expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { compare, type Comparison, LevelMissingError, type LevelResult, type ReproduceResult } from "../src/index.ts";
import { differenceInterval, wilsonInterval } from "../src/statistics.ts";

describe("the verdict", () => {
  test.each([
    ["fixed", [5, 23], [0, 23]],
    ["better", [40, 100], [10, 100]],
    ["worse", [10, 100], [40, 100]],
    ["worse", [0, 100], [40, 100]],
    ["not-shown", [2, 10], [0, 10]],
    ["not-shown", [2, 10], [3, 10]],
    ["never-seen", [0, 10], [0, 100]],
  ] as const)("is %s for %j before and %j after", (verdict, before, after) => {
    const comparison = compareCounts(before, after);

    expect(comparison.verdict).toBe(verdict);
  });

  test("turns to fixed at the number of clean runs that the comparison asked for", () => {
    const needed = compareCounts([2, 10], [0, 10]).runsNeeded ?? 0;

    const verdicts = [needed - 1, needed].map((runs) => compareCounts([2, 10], [0, runs]).verdict);

    expect(needed).toBe(33);
    expect(verdicts).toEqual(["not-shown", "fixed"]);
  });

  test("does not take requests without an answer for clean ones", () => {
    const after = level({ concurrency: 4, requests: 100, answered: 3, hits: 0 });

    const comparison = compare(result([level({ hits: 20, answered: 100 })]), result([after]), { concurrency: 4 });

    expect(comparison.verdict).toBe("not-shown");
    expect(comparison.after).toEqual({ hits: 0, requests: 100, answered: 3, interval: wilsonInterval(0, 3) });
  });
});

test("a comparison has both sides, their difference and its p-value", () => {
  const comparison = compareCounts([2, 10], [0, 33]);

  expect(comparison).toEqual({
    concurrency: 4,
    before: { hits: 2, requests: 10, answered: 10, interval: wilsonInterval(2, 10) },
    after: { hits: 0, requests: 33, answered: 33, interval: wilsonInterval(0, 33) },
    difference: -0.2,
    differenceInterval: differenceInterval({ hits: 2, trials: 10 }, { hits: 0, trials: 33 }),
    p: expect.closeTo(0.0498, 4),
    pBoschloo: expect.closeTo(0.0313, 4),
    runsNeeded: 33,
    verdict: "fixed",
  });
});

test("no number of clean runs is needed when nothing was hit before", () => {
  const comparison = compareCounts([0, 10], [1, 10]);

  expect(comparison.runsNeeded).toBeNull();
});

test(covers("RP-9"), () => {
  const before = result([level({ concurrency: 1, hits: 0 }), level({ concurrency: 4, hits: 50 })]);
  const after = result([level({ concurrency: 4, hits: 0 }), level({ concurrency: 10, hits: 50 })]);

  const comparison = compare(before, after, { concurrency: 4 });

  expect([comparison.before.hits, comparison.after.hits]).toEqual([50, 0]);
});

test.each([
  ["the run before was measured at 1, 10", [1, 10], [4]],
  ["the run after was measured at 10", [4], [10]],
])("refuses a level that one side lacks: %s", (found, levelsBefore, levelsAfter) => {
  const [before, after] = [levelsBefore, levelsAfter].map((levels) =>
    result(levels.map((concurrency) => level({ concurrency }))),
  ) as [ReproduceResult, ReproduceResult];

  const comparing = (): unknown => compare(before, after, { concurrency: 4 });

  expect(comparing).toThrow(LevelMissingError);
  expect(comparing).toThrow(expect.objectContaining({ code: "REPRODUCE_LEVEL_MISSING", concurrency: 4 }));
  expect(comparing).toThrow(found);
});

test("refuses results for different signatures", () => {
  const before = result([level({})]);
  const after = { ...before, signature: "deadlock" };

  expect(() => compare(before, after, { concurrency: 4 })).toThrow(TypeError);
});

test("refuses results whose requests arrived in different ways; one of an earlier version was closed", () => {
  const [closed, burst, earlier] = [
    { ...result([level({})]), arrival: "closed" },
    { ...result([level({})]), arrival: "burst" },
    result([level({})]),
  ];

  expect(() => compare(closed, burst, { concurrency: 4 })).toThrow("arrived closed with burst");
  expect(() => compare(earlier, burst, { concurrency: 4 })).toThrow(TypeError);
  expect(compare(earlier, closed, { concurrency: 4 }).verdict).toBe("never-seen");
});

test("results that have been through JSON compare alike", () => {
  const [before, after] = [result([level({ hits: 30 })]), result([level({ hits: 0 })])] as const;
  const [readBefore, readAfter] = [before, after].map((each) => JSON.parse(JSON.stringify(each)) as ReproduceResult);

  const comparison = compare(readBefore ?? before, readAfter ?? after, { concurrency: 4 });

  expect(comparison).toEqual(compare(before, after, { concurrency: 4 }));
});

type HitsOfTrials = readonly [hits: number, trials: number];

function compareCounts(before: HitsOfTrials, after: HitsOfTrials): Comparison {
  const [first, second] = [before, after].map(([hits, trials]) =>
    result([level({ hits, requests: trials, answered: trials })]),
  ) as [ReproduceResult, ReproduceResult];
  return compare(first, second, { concurrency: 4 });
}

function result(levels: readonly LevelResult[]): ReproduceResult {
  return { url: "http://127.0.0.1/", signature: "cancel scope", levels };
}

function level(measured: Partial<LevelResult>): LevelResult {
  const { hits = 0, answered = 100 } = measured;
  const interval = wilsonInterval(hits, answered);
  return {
    concurrency: 4,
    requests: answered,
    answered,
    hits,
    interval,
    batches: { count: 1, hits: 0, interval: wilsonInterval(0, 1) },
    statuses: {},
    failures: { refused: 0, reset: 0, timeout: 0, other: 0 },
    partlySearched: 0,
    delayed: 0,
    elapsedMs: 1,
    latency: null,
    latencyCurve: [],
    samples: [],
    sprt: null,
    predicted: null,
    ...measured,
  };
}
