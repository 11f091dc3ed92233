/**
 * A loop of checkpoints in a task.
 *
 * @module
 */
import { checkpoint, run } from "@holdfast/concurrency";

export const operations = 2_000_000;

export function sample(): Promise<void> {
  return run(async () => {
    for (let index = 0; index < operations; index++) await checkpoint();
  });
}
