/**
 * Child fibers of one fiber, each around the same async function, joined by it.
 *
 * @module
 */
import { Effect, Fiber } from "effect";

const spawnJoin = Effect.gen(function* () {
  const fibers: Fiber.Fiber<void>[] = [];
  for (let index = 0; index < 100_000; index++) fibers.push(yield* Effect.forkChild(Effect.promise(async () => {})));
  yield* Fiber.joinAll(fibers);
});

export function sample(): Promise<void> {
  return Effect.runPromise(spawnJoin);
}
