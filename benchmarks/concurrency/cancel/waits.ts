/**
 * Waits that are pending in one scope, which is then cancelled.
 *
 * @module
 */
import assert from "node:assert/strict";
import { CancelScope, Event, run } from "@holdfast/concurrency";
import type { Meter } from "../../row.ts";

/** Measures from the call of `cancel` until the last of the waits has been settled. */
export function cancelWaits(meter: Meter, count: number): Promise<void> {
  return run(async () => {
    const event = new Event();
    const scope = new CancelScope();
    const ended = Promise.withResolvers<void>();
    let left = count;
    const onEnd = (): void => {
      if (--left === 0) ended.resolve();
    };
    await scope.run(async () => {
      for (let index = 0; index < count; index++) void event.wait().catch(onEnd);
      assert.equal(event.statistics().tasksWaiting, count);
      meter.start("cold");
      scope.cancel();
      await ended.promise;
      meter.stop();
    });
    assert.equal(event.statistics().tasksWaiting, 0);
  });
}
