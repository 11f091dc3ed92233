import { expect, test } from "vitest";
import { SequentialDecision } from "../src/sequential-test.ts";

/** A generator of its own, so that the test is the same each time: mulberry32. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test.each([
  [0.02, "faulty"],
  [0.2, "clean"],
] as const)("of runs with a share of %d, at most 5 %% are called %s", (share, wrong) => {
  const random = randomNumbers(1);
  const runs = 4_000;
  let wrongly = 0;

  for (let run = 0; run < runs; run++) {
    const decision = new SequentialDecision({ p0: 0.02, p1: 0.2 });
    while (!decision.isMade) decision.add(random() < share);
    if (decision.result().decision === wrong) wrongly += 1;
  }

  expect(wrongly / runs).toBeGreaterThan(0.005);
  expect(wrongly / runs).toBeLessThanOrEqual(0.05);
});

test("a decision stays, whatever comes after it", () => {
  const decision = new SequentialDecision({ p0: 0.02, p1: 0.2 });

  for (let index = 0; index < 100; index++) decision.add(index < 2);

  expect(decision.result()).toEqual({ p0: 0.02, p1: 0.2, decision: "faulty", responses: 2 });
});
