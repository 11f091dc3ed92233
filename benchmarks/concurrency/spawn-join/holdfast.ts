/**
 * Tasks of one group; the group joins them.
 *
 * @module
 */
import { run, taskGroup } from "@holdfast/concurrency";

export function sample(): Promise<void> {
  return run(() =>
    taskGroup(async (group) => {
      for (let index = 0; index < 100_000; index++) group.startSoon(async () => {});
    }),
  );
}
