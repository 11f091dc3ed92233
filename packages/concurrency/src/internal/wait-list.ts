/**
 * A first-come queue of waits, linked through the waits themselves: joining, leaving from anywhere and taking the first
 * cost the same however many wait. A wait stands in at most one such queue.
 *
 * @module
 */
import type { Waiter } from "./waiter.ts";

export class WaitList<T> {
  #first: Waiter<T> | undefined = undefined;
  #last: Waiter<T> | undefined = undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The wait that has been here longest; left in place. */
  get first(): Waiter<T> | undefined {
    return this.#first;
  }

  add(wait: Waiter<T>): void {
    const last = this.#last;
    wait.list = this;
    wait.listPrevious = last;
    if (last === undefined) this.#first = wait;
    else last.listNext = wait;
    this.#last = wait;
    this.#size += 1;
  }

  /** Takes a wait out; false when it is not here. */
  delete(wait: Waiter<T>): boolean {
    if (wait.list !== this) return false;
    const { listNext: next, listPrevious: previous } = wait;
    if (previous === undefined) this.#first = next;
    else previous.listNext = next;
    if (next === undefined) this.#last = previous;
    else next.listPrevious = previous;
    wait.list = undefined;
    wait.listNext = undefined;
    wait.listPrevious = undefined;
    this.#size -= 1;
    return true;
  }

  /** Takes out the wait that has been here longest. */
  shift(): Waiter<T> | undefined {
    const first = this.#first;
    if (first !== undefined) this.delete(first);
    return first;
  }

  /** From the one that has been here longest; the current one may leave while it is looked at. */
  *[Symbol.iterator](): Generator<Waiter<T>> {
    for (let wait = this.#first; wait !== undefined;) {
      const next: Waiter<T> | undefined = wait.listNext;
      yield wait;
      wait = next;
    }
  }
}
