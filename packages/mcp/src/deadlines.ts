/**
 * The deadlines of the calls that are under way on one generation. Nearly all have the same limit, so they end in the order in which
 * they began: they stand in a list for each limit, and one task sleeps until the first is due. A scope and a timer for each call
 * would cost more than the call.
 *
 * @module
 */
import { CancelScope, currentTime, Event, moveOnAt, run } from "@holdfast/concurrency";
import { type Link, LinkedList } from "./linked-list.ts";

/** What has a deadline. */
export interface Due {
  /** By the clock of the generation's runtime, in milliseconds; set when it is added. */
  due: number;
  /** Time is up. */
  expire(): void;
}

/** A deadline that is watched. */
export type Watched = Link<Due>;

export class Deadlines {
  readonly #lists = new Map<number, LinkedList<Due>>();
  readonly #scope = new CancelScope({ name: "deadlines" });
  #count = 0;
  /** Until when the task sleeps, and what wakes it before. */
  #target = Infinity;
  #changed: Event | undefined;
  #keeping: Promise<unknown> | undefined;

  /** Begins to watch, on the runtime of the current task. */
  begin(): void {
    this.#keeping = run(() => this.#scope.run(() => this.#keep()), { name: "deadlines of calls" });
  }

  /** Ends the watching, and waits until it has ended. */
  async end(): Promise<void> {
    this.#scope.cancel();
    await this.#keeping;
  }

  /**
   * Watches a deadline until it is given to `remove`.
   *
   * @param limit how long it may take from now, in milliseconds.
   */
  add(due: Due, limit: number): Watched {
    due.due = currentTime() + limit;
    let list = this.#lists.get(limit);
    if (list === undefined) {
      list = new LinkedList();
      this.#lists.set(limit, list);
    }
    this.#count += 1;
    if (due.due < this.#target) this.#changed?.set();
    return list.add(due);
  }

  /** Does nothing for one that has passed. */
  remove(watched: Watched): void {
    if (watched.list?.remove(watched) !== true) return;
    this.#count -= 1;
    // Nothing to wake up for; and a timer that is set keeps a program from ending.
    if (this.#count === 0) {
      this.#lists.clear();
      this.#changed?.set();
    }
  }

  async #keep(): Promise<never> {
    for (;;) {
      this.#expire();
      const changed = new Event("a deadline of a call");
      this.#changed = changed;
      this.#target = this.#earliest();
      if (this.#target === Infinity) await changed.wait();
      else await moveOnAt(this.#target, () => changed.wait());
    }
  }

  #expire(): void {
    const now = currentTime();
    for (const list of this.#lists.values()) {
      for (let link = list.find(isAny); link !== undefined && link.value.due <= now; link = list.find(isAny)) {
        this.remove(link);
        link.value.expire();
      }
    }
  }

  #earliest(): number {
    let earliest = Infinity;
    for (const { first } of this.#lists.values()) if (first !== undefined) earliest = Math.min(earliest, first.due);
    return earliest;
  }
}

const isAny = (): boolean => true;
