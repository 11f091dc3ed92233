/**
 * Time limits in one task, one after another; none is reached.
 *
 * @module
 */
import assert from "node:assert/strict";
import { moveOnAfter, run } from "@holdfast/concurrency";

export const operations = 200_000;

export async function sample(): Promise<void> {
  let ran = 0;
  const body = async (): Promise<number> => ++ran;
  await run(async () => {
    for (let index = 0; index < operations; index++) await moveOnAfter(60_000, body);
  });
  assert.equal(ran, operations);
}
