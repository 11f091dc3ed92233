/**
 * A binary heap of timers with removal by handle, so that all deadlines and sleeps of a runtime share one
 * real timer. Timers with the same time come out in the order in which they were set.
 *
 * @module
 */
import type { Timer } from "../runtime.ts";

/** A timer in the heap. */
export class HeapTimer implements Timer {
  readonly at: number;
  readonly order: number;
  /** The place in the heap; -1 once it is out. */
  index = -1;
  readonly #fire: (subject: unknown) => void;
  readonly #subject: unknown;

  constructor(at: number, fire: (subject: unknown) => void, subject: unknown, order: number) {
    this.at = at;
    this.order = order;
    this.#fire = fire;
    this.#subject = subject;
  }

  fire(): void {
    this.#fire(this.#subject);
  }
}

/** The timers of one runtime, earliest first. */
export class TimerHeap {
  readonly #heap: HeapTimer[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The earliest timer, left in place. */
  peek(): HeapTimer | undefined {
    return this.#heap[0];
  }

  add<T>(at: number, fire: (subject: T) => void, subject?: T): HeapTimer {
    const timer = new HeapTimer(at, fire as (subject: unknown) => void, subject, this.#order++);
    timer.index = this.#heap.length;
    this.#heap.push(timer);
    this.#up(timer);
    return timer;
  }

  remove(timer: HeapTimer): boolean {
    if (timer.index === -1) return false;
    const last = this.#heap.pop() as HeapTimer;
    if (last !== timer) {
      this.#put(last, timer.index);
      this.#up(last);
      this.#down(last);
    }
    timer.index = -1;
    return true;
  }

  #up(timer: HeapTimer): void {
    while (timer.index > 0) {
      const parent = this.#heap[(timer.index - 1) >> 1] as HeapTimer;
      if (!before(timer, parent)) return;
      const place = parent.index;
      this.#put(parent, timer.index);
      this.#put(timer, place);
    }
  }

  #down(timer: HeapTimer): void {
    for (;;) {
      const left = this.#heap[2 * timer.index + 1];
      const right = this.#heap[2 * timer.index + 2];
      const least = left !== undefined && right !== undefined && before(right, left) ? right : left;
      if (least === undefined || !before(least, timer)) return;
      const place = least.index;
      this.#put(least, timer.index);
      this.#put(timer, place);
    }
  }

  #put(timer: HeapTimer, index: number): void {
    this.#heap[index] = timer;
    timer.index = index;
  }
}

function before(a: HeapTimer, b: HeapTimer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
