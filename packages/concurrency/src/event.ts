/**
 * A flag that is set once and wakes all who wait for it.
 *
 * @module
 */
import { look, made, touch } from "./internal/touch.ts";
import { WaitList } from "./internal/wait-list.ts";
import { cancelPoint, rejected } from "./internal/waiter.ts";
import { checkpoint } from "./sleep.ts";

/** How many wait for an {@link Event}. */
export interface EventStatistics {
  readonly tasksWaiting: number;
}

/**
 * A one-shot flag between tasks. It may be made, set and waited for anywhere, inside a task or outside.
 *
 * ```ts run
 * import { Event, run, taskGroup } from "@holdfast/concurrency";
 * const ready = new Event("ready");
 * await run(() => taskGroup(async (group) => {
 *   group.startSoon(() => ready.wait());
 *   ready.set();
 * }));
 * ready.isSet; // => true
 * ```
 */
export class Event {
  readonly #what: string;
  readonly #waits = new WaitList<void>(this);
  #isSet = false;

  /** @param name for deadlock reports and pictures. */
  constructor(name?: string) {
    made(this);
    this.#what = name === undefined ? "an event" : `event ${JSON.stringify(name)}`;
  }

  get isSet(): boolean {
    look(this);
    return this.#isSet;
  }

  /**
   * Sets the flag and wakes everyone, first come first. A waiter that is cancelled afterwards still counts as woken.
   * Does nothing the second time.
   */
  set(): void {
    if (this.isSet) return;
    touch(this);
    this.#isSet = true;
    // One after the other from the head, as an instrument that is told may cancel any of the others.
    for (let wait = this.#waits.shift(); wait !== undefined; wait = this.#waits.shift()) wait.settle();
  }

  /**
   * Suspends until the flag is set. A checkpoint, also when it is set already.
   *
   * **Cancellation:** safe at any time; a cancelled waiter leaves no trace.
   */
  wait(): Promise<void> {
    if (this.isSet) return checkpoint();
    try {
      return this.#waits.begin(this.#what, cancelPoint(this.#what));
    } catch (error) {
      return rejected(error);
    }
  }

  statistics(): EventStatistics {
    // All are woken together, so that those who come to wait commute, and only who counts them tells them apart.
    touch(this);
    return Object.freeze({ tasksWaiting: this.#waits.size });
  }
}
