/**
 * Waiting until everybody else waits: how a test lets other tasks get as far as they can.
 *
 * @module
 */
import { currentRuntime, rejected } from "../internal/waiter.ts";
import type { VirtualRuntime } from "./virtual-runtime.ts";

/**
 * Suspends until every other task of the current task's virtual runtime waits: for each other, for a time that has not
 * come, or for a promise. The clock stands still meanwhile.
 *
 * It is exact on a virtual runtime. Elsewhere it is refused, because a task that awaits a plain promise cannot be told
 * from one that is about to go on.
 *
 * **Cancellation:** safe at any time.
 *
 * **Ordering:** all who wait for it go on together.
 *
 * @throws {@link TypeError} on another runtime, and outside every task.
 *
 * ```ts run
 * import { Event, taskGroup } from "@holdfast/concurrency";
 * import { runVirtually, waitAllTasksBlocked } from "@holdfast/concurrency/testing";
 * const ready = new Event();
 * const waiting = await runVirtually(() => taskGroup(async (group) => {
 *   group.startSoon(() => ready.wait());
 *   await waitAllTasksBlocked();
 *   const { tasksWaiting } = ready.statistics();
 *   ready.set();
 *   return tasksWaiting;
 * }));
 * waiting; // => 1
 * ```
 */
export function waitAllTasksBlocked(): Promise<void> {
  const runtime = currentRuntime();
  // By the method rather than the class, for the sake of a second copy of the package.
  if ("waitAllTasksBlocked" in runtime) return (runtime as VirtualRuntime).waitAllTasksBlocked();
  return rejected(
    new TypeError(
      `waitAllTasksBlocked() needs a virtual runtime, and this code runs on the ${runtime.name} one; start it with runVirtually()`,
    ),
  );
}
