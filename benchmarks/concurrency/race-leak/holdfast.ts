/**
 * A wait for a promise that never settles, given up by cancelling the scope around it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { cancellable, CancelScope, run } from "@holdfast/concurrency";
import type { Meter } from "../../row.ts";

export const operations = 50_000;
const never = new Promise<void>(() => {});

export function sample(meter: Meter): Promise<void> {
  return run(async () => {
    await giveUp(1_000);
    const before = await meter.heapUsed();
    await giveUp(operations);
    meter.report((await meter.heapUsed()) - before);
  });
}

async function giveUp(turns: number): Promise<void> {
  let caught = 0;
  for (let turn = 0; turn < turns; turn++) {
    const scope = new CancelScope();
    await scope.run(() => {
      const wait = cancellable(never);
      scope.cancel();
      return wait;
    });
    if (scope.cancelledCaught) caught += 1;
  }
  assert.equal(caught, turns);
}
