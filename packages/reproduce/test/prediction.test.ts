import { expect, test } from "vitest";
import { predictBurst, predictOverlap } from "../src/index.ts";

test.each([
  [1, 0, 0],
  [2, 0.5, 0.25],
  [3, 0.667, 0.222],
  [4, 0.75, 0.1875],
  [5, 0.8, 0.16],
  [10, 0.9, 0.09],
])("of bursts of %i, %d fail, and %d of the requests", (size, bursts, requests) => {
  const predicted = predictBurst(size);

  expect(predicted.bursts).toBeCloseTo(bursts, 3);
  expect(predicted.requests).toBeCloseTo(requests, 3);
});

test.each([
  [0, 0],
  [0.3235, 0.2],
  [Math.LN2, 0.25],
  [1.29, 0.2],
  [20, 0],
])("with %d others on average and holds of one length, a share of %d fails", (overlap, share) => {
  const predicted = predictOverlap(overlap);

  expect(predicted.requests).toBeCloseTo(share, 2);
});

test.each(["constant", "exponential"] as const)("a simulation of %s holds agrees", (kind) => {
  const overlap = 0.8;
  const predicted = predictOverlap(overlap);

  const share = simulate(overlap, kind, 200_000);

  expect(share).toBeCloseTo(kind === "constant" ? predicted.requests : (predicted.requestsIfExponential ?? NaN), 2);
});

/** The share of holds that end a busy period that another began, with arrivals at a rate of 1. */
function simulate(meanHold: number, kind: "constant" | "exponential", count: number): number {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 4_294_967_296;
  };
  let [now, lastEnd, opener, last, failures] = [0, -1, 0, 0, 0];
  for (let index = 0; index < count; index++) {
    now -= Math.log(random());
    if (now > lastEnd) {
      if (index > 0 && last !== opener) failures += 1;
      opener = index;
    }
    const end = now + (kind === "constant" ? meanHold : -Math.log(random()) * meanHold);
    if (end > lastEnd) {
      lastEnd = end;
      last = index;
    }
  }
  return failures / count;
}
