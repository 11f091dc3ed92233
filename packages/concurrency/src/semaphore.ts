/**
 * A count of places, first come first served.
 *
 * @module
 */
import type { Hold } from "./hold.ts";
import { Holding } from "./internal/holding.ts";
import { look, made, touch } from "./internal/touch.ts";
import { WaitList } from "./internal/wait-list.ts";
import { cancelPoint, rejected } from "./internal/waiter.ts";
import { WouldBlockError } from "./resource-errors.ts";
import { cancelShieldedCheckpoint } from "./sleep.ts";

/** Options of a {@link Semaphore}. */
export interface SemaphoreOptions {
  /** The value that no release may exceed; no limit when absent. */
  readonly maxValue?: number;
  /**
   * Skips the yield of an `acquire` that finds a place. Faster, but a loop that does nothing else never lets another
   * task go on.
   */
  readonly fastAcquire?: boolean;
  /** For deadlock reports and pictures. */
  readonly name?: string;
}

/** How many wait for a {@link Semaphore}. */
export interface SemaphoreStatistics {
  readonly tasksWaiting: number;
}

/**
 * A number of places. An acquire takes one, and a release brings one; they need not be in the same task, and work
 * outside every task as well. For a limit on tasks, of which each takes a place at most once, use a
 * {@link CapacityLimiter}, which knows who holds what.
 *
 * ```ts run
 * import { gather, Semaphore, sleep } from "@holdfast/concurrency";
 * const places = new Semaphore(2);
 * let inside = 0;
 * let most = 0;
 * const visit = async () => {
 *   using _place = await places.acquire();
 *   most = Math.max(most, ++inside);
 *   await sleep(1);
 *   inside -= 1;
 * };
 * await gather([visit, visit, visit, visit]);
 * most; // => 2
 * places.value; // => 2
 * ```
 */
export class Semaphore {
  readonly #what: string;
  readonly #isFast: boolean;
  readonly #maxValue: number;
  readonly #waits = new WaitList<Hold>(this);
  /** While it is not 0 nobody waits: a release hands its place on in the same turn. */
  #value: number;

  /**
   * @throws {@link TypeError} for a number that is not whole; {@link RangeError} for a value below 0 or a `maxValue`
   * below the value.
   */
  constructor(initialValue: number, { maxValue, fastAcquire = false, name }: SemaphoreOptions = {}) {
    made(this);
    checkWhole("the initial value", initialValue);
    if (initialValue < 0)
      throw new RangeError(`the initial value of a semaphore is 0 or more, and ${initialValue} is not`);
    if (maxValue !== undefined) {
      checkWhole("maxValue", maxValue);
      if (maxValue < initialValue) {
        throw new RangeError(`maxValue is at least the initial value, ${initialValue}, and ${maxValue} is not`);
      }
    }
    this.#what = name === undefined ? "a semaphore" : `semaphore ${JSON.stringify(name)}`;
    this.#isFast = fastAcquire;
    this.#maxValue = maxValue ?? Infinity;
    this.#value = initialValue;
  }

  /** How many places are free. */
  get value(): number {
    look(this);
    return this.#value;
  }

  /** Infinity when there is no limit. */
  get maxValue(): number {
    return this.#maxValue;
  }

  /**
   * Suspends until there is a place, and takes it. Bring it back by what this gives, best with `using`, or by
   * {@link Semaphore.release}, but not by both. A checkpoint, also when there is a place.
   *
   * **Cancellation:** safe at any time; a cancelled waiter leaves no trace. Code that is cancelled after a place was
   * handed to it has it, and finds out at its next cancel point.
   *
   * **Ordering:** first come, first served; a place is handed over at the moment of the release, so nobody comes between.
   */
  acquire(): Promise<Hold> {
    try {
      const frame = cancelPoint(this.#what);
      touch(this);
      if (this.#value > 0) {
        const taken = this.#take();
        return this.#isFast ? Promise.resolve(taken) : cancelShieldedCheckpoint().then(() => taken);
      }
      return this.#waits.begin(this.#what, frame);
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * Takes a place if there is one.
   *
   * @throws {@link WouldBlockError} when there is none.
   */
  acquireNoWait(): Hold {
    if (this.value > 0) return this.#take();
    throw new WouldBlockError(`acquireNoWait() on ${this.#what}, which has no place free; await acquire()`);
  }

  /**
   * Hands a place to whoever has waited longest, or adds one to the value.
   *
   * @throws {@link RangeError} when the value is `maxValue` already.
   */
  release(): void {
    if (this.value === this.#maxValue) throw new RangeError("semaphore released too many times");
    touch(this);
    const wait = this.#waits.shift();
    if (wait === undefined) this.#value += 1;
    else wait.settle(this.#hold());
  }

  statistics(): SemaphoreStatistics {
    look(this);
    return Object.freeze({ tasksWaiting: this.#waits.size });
  }

  #take(): Hold {
    touch(this);
    this.#value -= 1;
    return this.#hold();
  }

  #hold(): Hold {
    return new Holding(undefined, this.#released);
  }

  /** What a hold calls. */
  readonly #released = (holding: Holding<undefined>): void => {
    this.release();
    holding.isTakenBack = true;
  };
}

function checkWhole(what: string, value: number): void {
  if (!Number.isInteger(value))
    throw new TypeError(`${what} of a semaphore is a whole number, and ${String(value)} is not`);
}
