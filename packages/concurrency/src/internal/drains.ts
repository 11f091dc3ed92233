/**
 * Those who wait until no lease of an owner is out any more, each for a while of its own.
 *
 * @module
 */
import { TimerSlot } from "./timer-slot.ts";
import { touch } from "./touch.ts";
import { beginWait, type Waiter } from "./waiter.ts";

export class Drains {
  readonly #slots = new Map<Waiter<void>, TimerSlot>();
  readonly #of: object;
  readonly #what: string;

  /**
   * @param of the owner.
   * @param what for errors and deadlock reports.
   */
  constructor(of: object, what: string) {
    this.#of = of;
    this.#what = what;
  }

  /** Timers that are set. */
  get timers(): number {
    let count = 0;
    for (const { isArmed } of this.#slots.values()) if (isArmed) count += 1;
    return count;
  }

  /**
   * Waits until the leases have come back, for `timeout` milliseconds at most.
   *
   * **Cancellation:** ends the wait and leaves no timer.
   */
  async allReturned(timeout: number): Promise<void> {
    const wait = beginWait<void>(this.#what);
    const { runtime } = wait;
    wait.onCancel = () => touch(this.#of, runtime);
    const slot = new TimerSlot();
    slot.arm(runtime, timeout, () => wait.settle());
    this.#slots.set(wait, slot);
    try {
      await wait.promise;
    } finally {
      touch(this.#of);
      touch(wait);
      slot.disarm();
      this.#slots.delete(wait);
    }
  }

  /** No lease is out. */
  end(): void {
    for (const wait of this.#slots.keys()) wait.settle();
  }
}
