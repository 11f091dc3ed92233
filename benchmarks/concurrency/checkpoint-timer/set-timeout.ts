/**
 * A timer that nothing keeps from firing.
 *
 * @module
 */
import type { Meter } from "../../row.ts";

export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  let longest = 0;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
    longest = Math.max(longest, performance.now() - start);
  }
  meter.report(longest);
}
