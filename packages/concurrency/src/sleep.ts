/**
 * Suspending for a while, for one turn, or until someone else's promise settles.
 *
 * @module
 */
import type { Frame } from "./internal/frame.ts";
import { storage } from "./context.ts";
import { beginWait, currentFrame, rejected } from "./internal/waiter.ts";
import { systemRuntime } from "./system-runtime.ts";

/**
 * Suspends for `delay` milliseconds of the runtime's clock; `Infinity` until cancelled.
 *
 * **Cancellation:** ends the sleep at once and leaves no timer.
 *
 * @throws {@link RangeError} for a delay that is negative or not a number.
 */
export function sleep(delay: number): Promise<void> {
  if (typeof delay !== "number" || Number.isNaN(delay) || delay < 0) {
    return rejected(new RangeError(`sleep() takes a number of milliseconds from 0 up, and ${String(delay)} is not`));
  }
  if (delay === 0) return checkpoint();
  try {
    const wait = beginWait<void>(`sleep(${delay})`);
    if (delay !== Infinity) {
      const { runtime } = wait;
      const timer = runtime.setTimer(runtime.now() + delay, () => wait.settle());
      wait.onCancel = () => runtime.clearTimer(timer);
    }
    return wait.promise;
  } catch (error) {
    return rejected(error);
  }
}

/**
 * Yields to other tasks, and to the event loop at least every few milliseconds, so that a long loop with checkpoints
 * starves no timer.
 *
 * **Cancellation:** throws at once in a cancelled scope, without yielding.
 */
export function checkpoint(): Promise<void> {
  let frame: Frame | undefined;
  try {
    frame = currentFrame("checkpoint()");
  } catch (error) {
    return rejected(error);
  }
  if (frame === undefined) return systemRuntime.pause(undefined);
  if (frame.effective !== undefined) return rejected(frame.effective.error);
  return frame.task.runtime.pause(frame.task.info);
}

/** Yields once, cancelled or not: how a join or a group without children lets the others run. */
export function cancelShieldedCheckpoint(): Promise<void> {
  const frame = storage.getStore();
  return (frame?.task.runtime ?? systemRuntime).pause(frame?.task.info);
}
