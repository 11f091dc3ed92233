import { expect, test } from "vitest";
import { createParameters, testLevel } from "../src/parameters.ts";

test("without a word, runs are a fiftieth as long as the incident's, at levels that the claims can stand on", () => {
  const { levels, ...parameters } = createParameters();

  expect(parameters).toEqual({ seed: 1, timeScale: 1 / 50, modelMs: 200, toolMs: 40, model: null });
  expect(levels.find(({ concurrency }) => concurrency === 1)?.requests).toBeGreaterThanOrEqual(30);
  expect(levels.find(({ concurrency }) => concurrency === testLevel)?.requests).toBeGreaterThanOrEqual(100);
});

test("the time scale is a factor on every latency", () => {
  const { modelMs, toolMs } = createParameters({ timeScale: 1 });

  expect({ modelMs, toolMs }).toEqual({ modelMs: 10_000, toolMs: 2_000 });
});

test.each([1.5, Number.NaN, 2 ** 53])("refuses %d as a seed", (seed) => {
  expect(() => createParameters({ seed })).toThrow(new RangeError(`a seed is a whole number, and ${seed} is not`));
});

test.each([0, -1, 1.01, Number.NaN, Infinity])("refuses %d as a time scale", (timeScale) => {
  expect(() => createParameters({ timeScale })).toThrow(
    new RangeError(`a time scale is above 0 and at most 1, and ${timeScale} is not`),
  );
});

test("refuses levels without the one at which the connections are compared", () => {
  expect(() => createParameters({ levels: [{ concurrency: 1, requests: 30 }] })).toThrow(RangeError);
});
