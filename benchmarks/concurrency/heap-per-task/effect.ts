/**
 * Child fibers of one fiber, each a generator that sleeps.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Effect } from "effect";
import type { Meter } from "../../row.ts";

export const operations = 100_000;

export function sample(meter: Meter): Promise<void> {
  let asleep = 0;
  const body = Effect.gen(function* () {
    asleep += 1;
    yield* Effect.sleep("1 hour");
  });
  return Effect.runPromise(
    Effect.gen(function* () {
      const before = yield* Effect.promise(() => meter.heapUsed());
      for (let index = 0; index < operations; index++) yield* Effect.forkChild(body);
      const after = yield* Effect.promise(() => meter.heapUsed());
      assert.equal(asleep, operations);
      meter.report(after - before);
      // The children are interrupted as their parent ends.
    }),
  );
}
