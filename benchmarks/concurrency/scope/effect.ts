/**
 * Scopes of one fiber, one after another.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Effect } from "effect";

export const operations = 400_000;

export async function sample(): Promise<void> {
  let ran = 0;
  const scoped = Effect.scoped(
    Effect.promise(async () => {
      ran += 1;
    }),
  );
  await Effect.runPromise(
    Effect.gen(function* () {
      for (let index = 0; index < operations; index++) yield* scoped;
    }),
  );
  assert.equal(ran, operations);
}
