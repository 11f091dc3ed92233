/**
 * A runtime whose clock moves only when every task waits, and whose order of events is chosen: the same program gives
 * the same run each time.
 *
 * @module
 */
import { runDetached } from "../context.ts";
import { DeadlockError } from "../errors.ts";
import { type HeapTimer, TimerHeap } from "../internal/timer-heap.ts";
import type { Runtime, Step, Timer } from "../runtime.ts";
import type { TaskInfo } from "../task-info.ts";

/** Options of a {@link VirtualRuntime}. */
export interface VirtualRuntimeOptions {
  /** Seeds `random()`. 1 when absent. */
  readonly seed?: number;
  /** Chooses the next of the steps that are ready, by index. The one that has been ready longest when absent. */
  readonly choose?: (ready: readonly Step[]) => number;
}

/** What a {@link VirtualRuntime} still has to do. */
export interface VirtualRuntimeStatistics {
  /** Steps that are ready to be fired. */
  readonly ready: number;
  /** Waits that have not ended. */
  readonly waiting: number;
  /** Timers that are set. All three are 0 when a program has cleaned up after itself. */
  readonly timers: number;
}

/**
 * Runs tasks on virtual time. Between two steps the event loop drains, so that plain promises in the code under test
 * settle; then the next step is fired, or, when none is ready, the clock jumps to the next timer.
 *
 * ```ts run
 * import { run, sleep } from "@holdfast/concurrency";
 * import { VirtualRuntime } from "@holdfast/concurrency/testing";
 * const runtime = new VirtualRuntime();
 * await run(() => sleep(60_000), { runtime }); // an hour would take no longer
 * runtime.now(); // => 60_000
 * ```
 */
export class VirtualRuntime implements Runtime {
  readonly name = "virtual";
  readonly #choose: (ready: readonly Step[]) => number;
  readonly #ready: Step[] = [];
  readonly #timers = new TimerHeap();
  readonly #parked = new Set<Step>();
  readonly #roots = new Map<TaskInfo, (error: unknown) => void>();
  #now = 0;
  #taskId = 0;
  #state: number;
  #isPumping = false;

  constructor({ seed = 1, choose = () => 0 }: VirtualRuntimeOptions = {}) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a whole number, and ${String(seed)} is not`);
    this.#state = seed >>> 0;
    this.#choose = choose;
  }

  now(): number {
    return this.#now;
  }

  /** A small counter-based generator (the SplitMix construction on 32 bits): enough for latencies and tie-breaks. */
  random(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  }

  nextTaskId(): number {
    return ++this.#taskId;
  }

  start(task: TaskInfo, begin: () => void): void {
    const gate = Promise.withResolvers<void>();
    // The reaction remembers the async context of this call; the kernel later only opens the gate.
    void gate.promise.then(begin);
    this.#enqueue({ task, what: "start", fire: gate.resolve });
  }

  park(step: Step): void {
    this.#parked.add(step);
  }

  wake(step: Step): void {
    this.#parked.delete(step);
    this.#enqueue(step);
  }

  pause(task: TaskInfo | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#enqueue({ task, what: "checkpoint()", fire: resolve });
    return promise;
  }

  setTimer(at: number, fire: () => void): Timer {
    const timer = this.#timers.add(at, fire);
    this.#pump();
    return timer;
  }

  clearTimer(timer: Timer): void {
    this.#timers.remove(timer as HeapTimer);
  }

  adopt(root: TaskInfo, fail: (error: unknown) => void): void {
    this.#roots.set(root, fail);
  }

  release(root: TaskInfo): void {
    this.#roots.delete(root);
  }

  statistics(): VirtualRuntimeStatistics {
    return Object.freeze({ ready: this.#ready.length, waiting: this.#parked.size, timers: this.#timers.size });
  }

  #enqueue(step: Step): void {
    this.#ready.push(step);
    this.#pump();
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    // A macrotask for each step: when it runs, every promise that the step before settled has been followed through.
    runDetached(() => setImmediate(() => this.#step()));
  }

  #step(): void {
    this.#isPumping = false;
    if (this.#ready.length > 0) {
      const index = this.#pick();
      if (index === undefined) return;
      const [step] = this.#ready.splice(index, 1);
      step?.fire();
    } else {
      const timer = this.#timers.peek();
      if (timer === undefined || timer.at === Infinity) {
        this.#stuck();
        return;
      }
      this.#timers.remove(timer);
      this.#now = Math.max(this.#now, timer.at);
      timer.fire();
    }
    this.#pump();
  }

  /** The index of the step to fire; undefined when `choose` failed, which ends every run. */
  #pick(): number | undefined {
    const { length } = this.#ready;
    try {
      const index = this.#choose(this.#ready);
      if (Number.isInteger(index) && index >= 0 && index < length) return index;
      throw new RangeError(`choose() gave ${String(index)}, and there are ${length} steps to choose from`);
    } catch (error) {
      this.#failAll(error);
      return undefined;
    }
  }

  #stuck(): void {
    const waits = [...this.#parked].map(
      ({ task, what }) => `${task === undefined ? "code outside a task" : `task "${task.name}"`} waits for ${what}`,
    );
    this.#failAll(new DeadlockError(waits));
  }

  #failAll(error: unknown): void {
    for (const fail of this.#roots.values()) fail(error);
    this.#roots.clear();
  }
}
