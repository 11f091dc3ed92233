/**
 * A wait for a moment of the clock. A class of its own rather than a wait with callbacks, because sleeping is what most
 * tasks do, and two closures for each are a tenth of what a sleeping task weighs.
 *
 * @module
 */
import { storage } from "../context.ts";
import type { Timer } from "../runtime.ts";
import type { Frame } from "./frame.ts";
import type { Task } from "./task.ts";
import { currentFrame, rejected, Waiter } from "./waiter.ts";

class SleepWait extends Waiter<void> {
  readonly #timer: Timer;

  constructor(delay: number, task: Task | undefined, frame: Frame | undefined) {
    super(delay, task, frame);
    const { runtime } = this;
    this.#timer = runtime.setTimer<SleepWait>(runtime.now() + delay, wakeUp, this);
  }

  override cancel(): void {
    if (this.isCancelled) this.runtime.clearTimer(this.#timer);
    super.cancel();
  }
}

/**
 * Begins to sleep, for `delay` milliseconds. In a cancelled scope it gives what is rejected at once.
 *
 * @throws TaskFinishedError
 */
export function beginSleep(delay: number): Promise<void> {
  const home = storage.getStore();
  // Put into words only for the error.
  const frame = home?.task.isDone === true ? currentFrame(`sleep(${delay})`) : home?.top;
  if (frame?.effective !== undefined) {
    frame.look();
    return rejected(frame.effective.error);
  }
  const wait = new SleepWait(delay, frame?.task, frame);
  if (frame?.task.notify !== undefined) wait.announce();
  return wait.promise;
}

function wakeUp(wait: SleepWait): void {
  wait.settle();
}
