/**
 * A thousand operations at once, each around the same async function, three times.
 *
 * @module
 */
import assert from "node:assert/strict";
import { all, call, run } from "effection";

const rounds = 3;
export const operations = rounds * 1_000;

export async function sample(): Promise<void> {
  let ran = 0;
  const body = async (): Promise<number> => ++ran;
  const list = Array.from({ length: 1_000 }, () => call(body));
  await run(function* () {
    for (let round = 1; round <= rounds; round++) {
      const values = yield* all(list);
      assert.equal(values.at(-1), round * 1_000);
    }
  });
  assert.equal(ran, operations);
}
