/**
 * Promises without identity, cancellation or a parent.
 *
 * @module
 */
import assert from "node:assert/strict";

const rounds = 10;
const atOnce = 100_000;
export const operations = rounds * atOnce;

export async function sample(): Promise<void> {
  for (let round = 0; round < rounds; round++) await startAndJoin();
}

async function startAndJoin(): Promise<void> {
  let ran = 0;
  const body = async (): Promise<void> => {
    ran += 1;
  };
  const promises: Promise<void>[] = [];
  for (let index = 0; index < atOnce; index++) promises.push(body());
  await Promise.all(promises);
  assert.equal(ran, atOnce);
}
