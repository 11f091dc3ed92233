/**
 * The timers of a virtual runtime: those that are set, by their times, and those that are due and have become steps.
 *
 * @module
 */
import { type HeapTimer, TimerHeap } from "../internal/timer-heap.ts";
import type { Step, TaskSource, Timer } from "../runtime.ts";
import type { TaskInfo } from "../task-info.ts";

/** A timer, and the step that it becomes when it is due. */
export class VirtualTimer implements Step, Timer {
  readonly at: number;
  /** Where it stands among the timers that are not due; undefined for one that was never set. */
  place: HeapTimer | undefined = undefined;
  readonly #fire: () => void;
  readonly #source: TaskSource | undefined;

  constructor(at: number, fire: () => void, source: TaskSource | undefined) {
    this.at = at;
    this.#fire = fire;
    this.#source = source;
  }

  /** The task that set it. */
  get task(): TaskInfo | undefined {
    return this.#source?.info;
  }

  get what(): string {
    return `a timer for ${this.at}`;
  }

  fire(): void {
    this.#fire();
  }
}

export class VirtualTimers {
  readonly #heap = new TimerHeap();
  /** The timers in the heap, and those that are due. */
  readonly #set = new Set<VirtualTimer>();
  readonly #due: (timer: VirtualTimer) => void;

  /** @param due makes a timer a step that is ready. */
  constructor(due: (timer: VirtualTimer) => void) {
    this.#due = due;
  }

  /** How many are not due. */
  get size(): number {
    return this.#heap.size;
  }

  /** The time of the earliest that is not due; `Infinity` for none. */
  get next(): number {
    return this.#heap.peek()?.at ?? Infinity;
  }

  set(at: number, fire: () => void, source: TaskSource | undefined): VirtualTimer {
    const fireOnce = (): void => {
      this.#set.delete(timer);
      fire();
    };
    const timer = new VirtualTimer(at, fireOnce, source);
    timer.place = this.#heap.add(at, this.#due, timer);
    this.#set.add(timer);
    return timer;
  }

  /** Forgets a timer; true when it was due, and is a step that must not be fired. Does nothing with one that has fired. */
  clear(timer: VirtualTimer): boolean {
    return this.#set.delete(timer) && timer.place !== undefined && !this.#heap.remove(timer.place);
  }

  /** Makes the timers of a time, and those before it, due. */
  takeDue(now: number): boolean {
    let found = false;
    for (let timer = this.#heap.peek(); timer !== undefined && timer.at <= now; timer = this.#heap.peek()) {
      this.#heap.remove(timer);
      timer.fire();
      found = true;
    }
    return found;
  }

  /** Those that are set and not due, in the order in which they were set. */
  *waiting(): Generator<VirtualTimer> {
    for (const timer of this.#set) if (timer.place !== undefined && timer.place.index >= 0) yield timer;
  }

  clearAll(): void {
    for (const timer of this.#set) this.clear(timer);
  }
}
