/**
 * The runtime of ordinary programs: native promises, one native timer for all deadlines, the monotonic clock.
 *
 * @module
 */
import { runDetached, sharedRuntime } from "./context.ts";
import { type HeapTimer, TimerHeap } from "./internal/timer-heap.ts";
import type { Runtime, Step, Timer } from "./runtime.ts";
import type { TaskInfo } from "./task-info.ts";

/**
 * How long tasks may pass the turn among themselves on microtasks before the event loop gets one, in
 * milliseconds. Without a limit a loop of checkpoints starves every timer; a macrotask for each checkpoint costs
 * over ten times as much.
 */
const SLICE = 5;
/** The longest delay that a native timer takes; longer waits are armed again when it fires. */
const LONGEST_DELAY = 2 ** 31 - 1;

const resolved = Promise.resolve();

class SystemRuntime implements Runtime {
  readonly name = "system";
  readonly #timers = new TimerHeap();
  #armed: ReturnType<typeof setTimeout> | undefined;
  #armedAt = Infinity;
  #taskId = 0;
  #sliceStart = 0;
  #turn: Promise<void> | undefined;

  now(): number {
    return performance.now();
  }

  random(): number {
    return Math.random();
  }

  nextTaskId(): number {
    return ++this.#taskId;
  }

  /** A promise reaction, because that is the cheapest way to carry the caller's async context along. */
  start(_task: TaskInfo, begin: () => void): void {
    void resolved.then(begin);
  }

  wake(step: Step): void {
    step.fire();
  }

  pause(_task: TaskInfo | undefined): Promise<void> {
    if (performance.now() - this.#sliceStart < SLICE) return resolved;
    this.#turn ??= runDetached(
      () =>
        new Promise((resolve) => {
          setImmediate(() => {
            this.#turn = undefined;
            this.#sliceStart = performance.now();
            resolve();
          });
        }),
    );
    return this.#turn;
  }

  setTimer(at: number, fire: () => void): Timer {
    const timer = this.#timers.add(at, fire);
    if (at < this.#armedAt) this.#arm(at);
    else if (at < Infinity) this.#armed?.ref();
    return timer;
  }

  clearTimer(timer: Timer): void {
    this.#timers.remove(timer as HeapTimer);
    const next = this.#timers.peek();
    // Left armed for the next deadline, as most are cleared long before they come; but it keeps no process alive.
    if (next === undefined || next.at === Infinity) this.#armed?.unref();
  }

  #arm(at: number): void {
    clearTimeout(this.#armed);
    const delay = Math.min(Math.max(1, Math.ceil(at - performance.now())), LONGEST_DELAY);
    this.#armedAt = at;
    // Detached: the timer outlives the task that armed it, and must not keep that task's frame alive.
    this.#armed = runDetached(() => setTimeout(() => this.#expire(), delay));
  }

  #expire(): void {
    this.#armed = undefined;
    this.#armedAt = Infinity;
    const now = performance.now();
    try {
      for (let timer = this.#timers.peek(); timer !== undefined && timer.at <= now; timer = this.#timers.peek()) {
        this.#timers.remove(timer);
        timer.fire();
      }
    } finally {
      const next = this.#timers.peek();
      // A timer that fired may have set another and armed already.
      if (next !== undefined && next.at < this.#armedAt) this.#arm(next.at);
    }
  }
}

/** The one runtime on native promises and timers; the default everywhere. */
export const systemRuntime: Runtime = sharedRuntime(() => new SystemRuntime());
