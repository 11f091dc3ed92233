/**
 * Tasks of one group, each an async function that sleeps.
 *
 * @module
 */
import assert from "node:assert/strict";
import { run, sleep, taskGroup } from "@holdfast/concurrency";
import type { Meter } from "../../row.ts";

export const operations = 100_000;
const hour = 3_600_000;

export function sample(meter: Meter): Promise<void> {
  return run(() =>
    taskGroup(async (group) => {
      let asleep = 0;
      const body = async (): Promise<void> => {
        asleep += 1;
        await sleep(hour);
      };
      const before = await meter.heapUsed();
      for (let index = 0; index < operations; index++) group.startSoon(body);
      const after = await meter.heapUsed();
      assert.equal(asleep, operations);
      meter.report(after - before);
      group.cancel();
    }),
  );
}
