/**
 * A thousand functions at once, three hundred times.
 *
 * @module
 */
import assert from "node:assert/strict";
import { gather, run } from "@holdfast/concurrency";

const rounds = 300;
export const operations = rounds * 1_000;

export async function sample(): Promise<void> {
  let ran = 0;
  const body = async (): Promise<number> => ++ran;
  const functions = Array.from({ length: 1_000 }, () => body);
  await run(async () => {
    for (let round = 1; round <= rounds; round++) {
      const values = await gather(functions);
      assert.equal(values.at(-1), round * 1_000);
    }
  });
  assert.equal(ran, operations);
}
