/**
 * A time limit on a loop that never stops by itself and never gives the event loop a turn but through its checkpoints.
 *
 * @module
 */
import { checkpoint, moveOnAfter, run } from "@holdfast/concurrency";
import type { Meter } from "../../row.ts";

export const operations = 1;

export function sample(meter: Meter): Promise<void> {
  return run(async () => {
    let longest = 0;
    for (let round = 0; round < 5; round++) {
      const start = performance.now();
      await moveOnAfter(20, async () => {
        for (;;) await checkpoint();
      });
      longest = Math.max(longest, performance.now() - start);
    }
    meter.report(longest);
  });
}
