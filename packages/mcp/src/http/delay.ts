/**
 * Something that is done later, outside every task, unless it is called off.
 *
 * @module
 */
import { CancelScope, run, runDetached, sleep } from "@holdfast/concurrency";

/**
 * Calls `fn` after `delay` milliseconds and gives a function that calls it off.
 *
 * Both the waiting and `fn` are outside every task: whoever comes to start a delay has no part in what it does.
 */
export function startDelay(delay: number, fn: () => void): () => void {
  const scope = new CancelScope({ name: "a delay" });
  runDetached(() => {
    void run(async () => {
      await scope.run(() => sleep(delay));
      if (!scope.cancelledCaught) runDetached(fn);
    });
  });
  return () => scope.cancel();
}
