/**
 * Scopes of one task, one after another.
 *
 * @module
 */
import assert from "node:assert/strict";
import { CancelScope, run } from "@holdfast/concurrency";

export const operations = 400_000;

export async function sample(): Promise<void> {
  let ran = 0;
  const body = async (): Promise<void> => {
    ran += 1;
  };
  await run(async () => {
    for (let index = 0; index < operations; index++) await new CancelScope().run(body);
  });
  assert.equal(ran, operations);
}
