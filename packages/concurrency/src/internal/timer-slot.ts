/**
 * A place for one timer, so that whoever holds it can say at any time whether one is set, and on which runtime.
 *
 * @module
 */
import type { Runtime, Timer } from "../runtime.ts";

export class TimerSlot {
  #runtime: Runtime | undefined;
  #timer: Timer | undefined;

  get isArmed(): boolean {
    return this.#timer !== undefined;
  }

  /** Where the timer is set; undefined while none is. */
  get runtime(): Runtime | undefined {
    return this.#runtime;
  }

  /** Sets the timer anew; `Infinity` sets none. */
  arm(runtime: Runtime, delay: number, then: () => void): void {
    this.disarm();
    if (delay === Infinity) return;
    this.#runtime = runtime;
    this.#timer = runtime.setTimer(runtime.now() + delay, () => {
      // Before the callback, which may arm it again.
      this.#forget();
      then();
    });
  }

  disarm(): void {
    if (this.#timer !== undefined) this.#runtime?.clearTimer(this.#timer);
    this.#forget();
  }

  #forget(): void {
    this.#timer = undefined;
    this.#runtime = undefined;
  }
}
