/**
 * A race of a promise that never settles with one that has.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Meter } from "../../row.ts";

export const operations = 50_000;
const never = new Promise<string>(() => {});

export async function sample(meter: Meter): Promise<void> {
  await giveUp(1_000);
  const before = await meter.heapUsed();
  await giveUp(operations);
  meter.report((await meter.heapUsed()) - before);
}

async function giveUp(turns: number): Promise<void> {
  let won = 0;
  for (let turn = 0; turn < turns; turn++) {
    const winner = await Promise.race([never, Promise.resolve("given up")]);
    if (winner === "given up") won += 1;
  }
  assert.equal(won, turns);
}
