/**
 * Waits that begin in one scope and stay pending.
 *
 * @module
 */
import assert from "node:assert/strict";
import { CancelScope, Event, run } from "@holdfast/concurrency";
import type { Meter } from "../../row.ts";

/** Measures the beginning of the waits alone. */
export function registerWaits(meter: Meter, count: number): Promise<void> {
  return run(async () => {
    const event = new Event();
    await new CancelScope().run(async (scope) => {
      meter.start();
      for (let index = 0; index < count; index++) void event.wait();
      meter.stop();
      assert.equal(event.statistics().tasksWaiting, count);
      scope.cancel();
    });
    assert.equal(event.statistics().tasksWaiting, 0);
  });
}
