import { expect, test } from "vitest";
import { createParameters } from "../src/parameters.ts";
import { predictControl, predictCounted, predictShare } from "../src/prediction.ts";

const parameters = createParameters();

test("one at a time nobody fails", () => {
  expect(predictCounted(parameters, 1, 30)).toBe(0);
  expect(predictControl(parameters, 1, 30)).toBe(0);
});

test.each([1, 2, 3, 7, 123_456])("with seed %i, ten in parallel fail in 15 to 21 % of the runs", (seed) => {
  const share = predictCounted(createParameters({ seed }), 10, 120);

  expect(share).toBeGreaterThan(0.15);
  expect(share).toBeLessThan(0.21);
});

test("the same seed predicts the same, another something else", () => {
  const first = predictCounted(parameters, 10, 120);

  expect(predictCounted(createParameters(), 10, 120)).toBe(first);
  expect(predictCounted(createParameters({ seed: 2 }), 10, 120)).not.toBe(first);
});

test("the time scale changes nothing", () => {
  const slow = predictCounted(createParameters({ timeScale: 1 }), 10, 120);

  expect(predictCounted(parameters, 10, 120)).toBeCloseTo(slow, 2);
});

test("an agent that seldom and briefly needs its tool fails far less often", () => {
  const control = predictControl(parameters, 10, 120);

  expect(control).toBeGreaterThan(0);
  expect(control).toBeLessThan(predictCounted(parameters, 10, 120) / 5);
});

test("runs that never meet do not fail, and of two that meet the opener leaves first half of the time", () => {
  const load = { concurrency: 2, requests: 2, calls: 1, turnEvery: 1 };

  const apart = predictShare(parameters, { ...load, callMs: 1e-6 });
  const together = predictShare(parameters, { ...load, callMs: 1e9 });

  expect(apart).toBe(0);
  // One of the two runs fails, in half of 40 batches; three standard errors to either side.
  expect(Math.abs(together - 0.25)).toBeLessThan(0.12);
});
