/**
 * Suspending for a while, until a time, for ever, or for one turn.
 *
 * @module
 */
import { storage } from "./context.ts";
import type { Frame } from "./internal/frame.ts";
import { guarded } from "./internal/guarded.ts";
import { beginSleep } from "./internal/sleep-wait.ts";
import { beginWait, currentFrame, rejected } from "./internal/waiter.ts";
import { systemRuntime } from "./system-runtime.ts";

const done = Promise.resolve();

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
  if (delay === Infinity) return sleepForever();
  try {
    return beginSleep(delay);
  } catch (error) {
    return rejected(error);
  }
}

/**
 * Suspends until the runtime's clock has reached `time`, an absolute one as `currentTime()` gives. A time that has passed
 * makes it a checkpoint.
 *
 * **Cancellation:** ends the sleep at once and leaves no timer.
 *
 * @throws {@link RangeError} for a time that is not a number.
 */
export function sleepUntil(time: number): Promise<void> {
  if (typeof time !== "number" || Number.isNaN(time)) {
    return rejected(new RangeError(`sleepUntil() takes a time on the runtime's clock, and ${String(time)} is not one`));
  }
  const runtime = storage.getStore()?.task.runtime ?? systemRuntime;
  return sleep(Math.max(0, time - runtime.now()));
}

/**
 * Suspends until it is cancelled.
 *
 * **Cancellation:** is the only way out.
 */
export function sleepForever(): Promise<never> {
  try {
    return beginWait<never>("sleepForever()").promise;
  } catch (error) {
    return rejected(error);
  }
}

/**
 * Yields to other tasks, and to the event loop at least every few milliseconds, so that a long loop with checkpoints
 * starves no timer.
 *
 * **Cancellation:** throws at once in a cancelled scope, without yielding; and after it has yielded to the event loop when
 * a cancellation came, or a deadline passed, meanwhile.
 */
export function checkpoint(): Promise<void> {
  const frame = storage.getStore();
  if (frame === undefined) return systemRuntime.pause(undefined) ?? done;
  const { task } = frame;
  if (task.isDone || frame.top.effective !== undefined) return stopped(frame, "checkpoint()");
  const paused = task.runtime.pause(task);
  return paused === undefined ? done : guarded(paused.then(throwIfCancelled));
}

/**
 * Throws in a cancelled scope, and does nothing in any other: the cheaper half of a checkpoint, for a loop that yields
 * elsewhere.
 *
 * **Cancellation:** throws at once in a cancelled scope. It does not let other tasks go on.
 */
export function checkpointIfCancelled(): Promise<void> {
  const frame = storage.getStore();
  frame?.look();
  if (frame === undefined || (!frame.task.isDone && frame.top.effective === undefined)) return done;
  return stopped(frame, "checkpointIfCancelled()");
}

/**
 * Yields to other tasks, cancelled or not: the other half of a checkpoint.
 *
 * **Cancellation:** is not felt here, but at the next cancel point.
 */
export function cancelShieldedCheckpoint(): Promise<void> {
  const task = storage.getStore()?.task;
  return (task?.runtime ?? systemRuntime).pause(task) ?? done;
}

/** In the context of whoever paused. */
function throwIfCancelled(): void {
  const frame = storage.getStore();
  frame?.look();
  const cancellation = frame?.top.effective;
  if (cancellation !== undefined) throw cancellation.error;
}

function stopped(frame: Frame, attempted: string): Promise<never> {
  try {
    currentFrame(attempted);
    return rejected(frame.top.effective?.error);
  } catch (error) {
    return rejected(error);
  }
}
