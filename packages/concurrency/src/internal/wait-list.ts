/**
 * A first-come queue of waits, linked through the waits themselves: joining, leaving from anywhere and taking the first
 * cost the same however many wait. A wait stands in at most one such queue, and leaves it when it ends.
 *
 * @module
 */
import type { Frame } from "./frame.ts";
import { Waiter } from "./waiter.ts";

export class WaitList<T> {
  #first: Waiter<T> | undefined = undefined;
  #last: Waiter<T> | undefined = undefined;
  #size = 0;
  /** The primitive that the queue belongs to. Not private: a wait may be of another copy of the package. */
  readonly of: object;

  constructor(of: object) {
    this.of = of;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Begins a wait here, behind all others.
   *
   * @param frame what `cancelPoint` gave.
   */
  begin(what: string, frame: Frame | undefined): Promise<T> {
    return this.enter(new Waiter<T>(what, frame?.task, frame)).promise;
  }

  /**
   * Adds a wait that has just been made, and tells the instruments. In this order: one of them may bring at once what is
   * waited for, which would find nobody and be lost.
   *
   * @throws the cancellation, when an instrument cancelled the wait.
   */
  enter<W extends Waiter<T>>(wait: W): W {
    this.add(wait);
    wait.announce();
    return wait;
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

  /** Takes a wait out; false when it is not here. Called by each wait that ends. */
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

  /** Takes out the wait that has been here longest. To end all, call it until it gives none: others may leave meanwhile. */
  shift(): Waiter<T> | undefined {
    const first = this.#first;
    if (first !== undefined) this.delete(first);
    return first;
  }
}
