/**
 * The floor of anything that finds the current task in the async context: a context and a promise for each, and nothing
 * else.
 *
 * @module
 */
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";

const rounds = 4;
const atOnce = 100_000;
export const operations = rounds * atOnce;
const storage = new AsyncLocalStorage<object>();

export async function sample(): Promise<void> {
  for (let round = 0; round < rounds; round++) await startAndJoin();
}

async function startAndJoin(): Promise<void> {
  let ran = 0;
  const body = async (): Promise<void> => {
    ran += 1;
  };
  const promises: Promise<void>[] = [];
  for (let index = 0; index < atOnce; index++) promises.push(storage.run({}, body));
  await Promise.all(promises);
  assert.equal(ran, atOnce);
}
