/**
 * Steps of different tasks in an order that the test gives.
 *
 * @module
 */
import { made, touch } from "../internal/touch.ts";
import { beginWait, type Waiter } from "../internal/waiter.ts";
import { BrokenResourceError } from "../resource-errors.ts";

/**
 * Runs numbered blocks in the order of their numbers, 0 first, whichever tasks they are in: for a test that needs one
 * particular interleaving. A block begins when the one before it has ended, returned or thrown.
 *
 * ```ts run
 * import { gather } from "@holdfast/concurrency";
 * import { runVirtually, Sequencer } from "@holdfast/concurrency/testing";
 * const order = new Sequencer();
 * const log: string[] = [];
 * await runVirtually(() => gather([
 *   () => order.step(1, () => log.push("closed")),
 *   () => order.step(0, () => log.push("opened")),
 * ]));
 * log; // => ["opened", "closed"]
 * ```
 */
export class Sequencer {
  readonly #name: string;
  readonly #taken = new Set<number>();
  readonly #waits = new Map<number, Waiter<void>>();
  #turn = 0;
  #brokenAt: number | undefined;

  /** @param name for errors and deadlock reports. */
  constructor(name?: string) {
    made(this);
    this.#name = name === undefined ? "a sequencer" : `sequencer ${JSON.stringify(name)}`;
  }

  /**
   * Waits for the turn of `position`, runs the function, and gives what it gives. A checkpoint, also when the turn has
   * come already.
   *
   * **Cancellation:** of the wait breaks the sequencer, as the steps after it would wait for ever. In the function it
   * ends the step like any other error.
   *
   * @throws {@link RangeError} for a number that was used before, or is no whole number from 0 up;
   * {@link BrokenResourceError} when another step was cancelled before its turn.
   */
  async step<T>(position: number, fn: () => PromiseLike<T> | T): Promise<T> {
    this.#claim(position);
    await this.#wait(position);
    try {
      return await fn();
    } finally {
      touch(this);
      this.#turn += 1;
      this.#waits.get(this.#turn)?.settle();
    }
  }

  #claim(position: number): void {
    touch(this);
    const what = `step ${String(position)} of ${this.#name}`;
    if (!Number.isSafeInteger(position) || position < 0) {
      throw new RangeError(`${what}: steps are numbered 0, 1, 2, ...`);
    }
    if (this.#taken.has(position)) throw new RangeError(`${what} has been used already; give each step its own number`);
    if (this.#brokenAt !== undefined) throw this.#broken(position, this.#brokenAt);
    this.#taken.add(position);
  }

  async #wait(position: number): Promise<void> {
    try {
      const wait = beginWait<void>(`step ${position} of ${this.#name}`);
      this.#waits.set(position, wait);
      if (position === this.#turn) wait.settle();
      await wait.promise;
    } catch (error) {
      touch(this);
      // Only here, when a cancellation has reached all that it reaches: those must not take the breaking for a failure.
      if (this.#brokenAt === undefined) this.#break(position);
      throw error;
    } finally {
      this.#waits.delete(position);
    }
  }

  #break(position: number): void {
    this.#brokenAt = position;
    for (const [other, wait] of this.#waits) wait.fail(this.#broken(other, position));
  }

  #broken(position: number, at: number): BrokenResourceError {
    return new BrokenResourceError(
      `step ${position} of ${this.#name}, which is broken: step ${at} was cancelled before its turn`,
    );
  }
}
