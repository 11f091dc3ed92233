/**
 * The runtime of ordinary programs: native promises, one native timer for all deadlines, the monotonic clock.
 *
 * @module
 */
import { runDetached, sharedRuntime } from "./context.ts";
import { type HeapTimer, TimerHeap } from "./internal/timer-heap.ts";
import type { Runtime, Startable, Step, TaskSource, Timer } from "./runtime.ts";

/**
 * How long tasks may pass the turn among themselves on microtasks before the event loop gets one, in
 * milliseconds. Without a limit a loop of checkpoints starves every timer; a macrotask for each checkpoint costs
 * over ten times as much.
 */
const SLICE = 5;
/** How long the pauses between two readings of the clock may have taken for the next window to be larger, in milliseconds. */
const PACE = 0.5;
/** A loop that suddenly turns slow is noticed after this many pauses. */
const LARGEST_WINDOW = 16;
/** The longest delay that a native timer takes; longer waits are armed again when it fires. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** How many begun tasks the queue of starts keeps before it is moved up, which costs by its length. */
const QUEUE_KEPT = 4_096;

const resolved = Promise.resolve();

class SystemRuntime implements Runtime {
  readonly name = "system";
  readonly #timers = new TimerHeap();
  #armed: ReturnType<typeof setTimeout> | undefined;
  #armedAt = Infinity;
  #taskId = 0;
  #sliceStart = 0;
  /** When the clock was read last for a pause, how many pauses are between two readings, and how many are left. */
  #readAt = 0;
  #window = 1;
  #unread = 1;
  #turn: Promise<void> | undefined;
  /** Waits that have ended and go on in the next turn. */
  #late: Step[] = [];
  readonly #starting: Startable[] = [];
  #begun = 0;
  readonly #beginNext = (): void => {
    const task = this.#starting[this.#begun++] as Startable;
    if (this.#begun === this.#starting.length) this.#forgetBegun(this.#begun);
    else if (this.#begun === QUEUE_KEPT) this.#forgetBegun(QUEUE_KEPT);
    task.begin();
  };

  now(): number {
    return performance.now();
  }

  random(): number {
    return Math.random();
  }

  nextTaskId(): number {
    return ++this.#taskId;
  }

  /**
   * A promise reaction, because that is the cheapest way to carry the caller's async context along. The reactions run in
   * the order in which they were made, so each takes the first of the queue and none needs a closure of its own.
   */
  start(task: Startable): void {
    this.#starting.push(task);
    void resolved.then(this.#beginNext);
  }

  /**
   * Fires at once, unless the event loop is owed a turn: a chain of waits that end each other would keep it from turning as
   * well as a loop of checkpoints does. A cancellation ends many waits at once, and starts no such chain.
   */
  wake(step: Step): void {
    if (step.isCancelled === true || this.owedTurn() === undefined) step.fire();
    else this.#late.push(step);
  }

  pause(_source: TaskSource | undefined): Promise<void> | undefined {
    return this.owedTurn();
  }

  owedTurn(): Promise<void> | undefined {
    // First come, first served: whoever comes while a turn is waited for must not go before those who wait.
    if (this.#turn !== undefined) return this.#turn;
    this.#unread -= 1;
    return this.#unread > 0 ? undefined : this.#readClock();
  }

  /** Reading the clock costs more than the rest of a checkpoint, so it is read as seldom as the pace of the loop allows. */
  #readClock(): Promise<void> | undefined {
    const now = performance.now();
    const elapsed = now - this.#readAt;
    this.#readAt = now;
    if (elapsed > PACE) this.#window = 1;
    else if (this.#window < LARGEST_WINDOW) this.#window *= 2;
    this.#unread = this.#window;
    // A turn is owed when the slice is spent, and when a timer is due.
    return now - this.#sliceStart < SLICE && now < this.#armedAt ? undefined : this.#nextTurn();
  }

  #nextTurn(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    runDetached(() => setImmediate(() => this.#takeTurn(resolve)));
    this.#turn = promise;
    return promise;
  }

  /** The event loop has turned: first what is due by now, so that those who waited for the turn feel it, then they. */
  #takeTurn(resolve: () => void): void {
    this.#turn = undefined;
    try {
      this.#fireDue();
    } finally {
      const late = this.#late;
      this.#late = [];
      for (const step of late) step.fire();
      resolve();
    }
  }

  setTimer<T>(at: number, fire: (subject: T) => void, subject?: T): Timer {
    const timer = this.#timers.add(at, fire, subject);
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

  #forgetBegun(count: number): void {
    this.#starting.splice(0, count);
    this.#begun = 0;
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
    try {
      this.#fireDue();
    } finally {
      const next = this.#timers.peek();
      // A timer that fired may have set another and armed already.
      if (next !== undefined && next.at < this.#armedAt) this.#arm(next.at);
    }
  }

  /** Called when the event loop has turned. */
  #fireDue(): void {
    const now = performance.now();
    this.#sliceStart = now;
    this.#readAt = now;
    for (let timer = this.#timers.peek(); timer !== undefined && timer.at <= now; timer = this.#timers.peek()) {
      this.#timers.remove(timer);
      timer.fire();
    }
  }
}

/** The one runtime on native promises and timers; the default everywhere. */
export const systemRuntime: Runtime = sharedRuntime(() => new SystemRuntime());
