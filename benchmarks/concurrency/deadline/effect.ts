/**
 * Time limits in one fiber, one after another; none is reached.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Effect } from "effect";

export const operations = 50_000;

export async function sample(): Promise<void> {
  let ran = 0;
  const limited = Effect.promise(async () => ++ran).pipe(Effect.timeoutOption(60_000));
  await Effect.runPromise(
    Effect.gen(function* () {
      for (let index = 0; index < operations; index++) yield* limited;
    }),
  );
  assert.equal(ran, operations);
}
