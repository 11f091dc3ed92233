/**
 * Child fibers of one fiber, each around the same async function, joined by it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Effect, Fiber } from "effect";

const rounds = 3;
const fibersAtOnce = 100_000;
export const operations = rounds * fibersAtOnce;

export async function sample(): Promise<void> {
  for (let round = 0; round < rounds; round++) await spawnJoin();
}

async function spawnJoin(): Promise<void> {
  let ran = 0;
  const body = Effect.promise(async () => {
    ran += 1;
  });
  await Effect.runPromise(
    Effect.gen(function* () {
      const fibers: Fiber.Fiber<void>[] = [];
      for (let index = 0; index < fibersAtOnce; index++) fibers.push(yield* Effect.forkChild(body));
      yield* Fiber.joinAll(fibers);
    }),
  );
  assert.equal(ran, fibersAtOnce);
}
