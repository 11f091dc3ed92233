/**
 * The steps that are ready to be fired, the one that has been ready longest first.
 *
 * @module
 */
import type { Step } from "../runtime.ts";

/** The list is moved up once so many steps at its head have been fired: moving it for each would cost by its length. */
const KEPT = 1_000;

export class ReadySteps implements Iterable<Step> {
  /** Those before the head have been taken. The head stays at 0 unless the first are taken. */
  readonly #steps: Step[] = [];
  #head = 0;

  get size(): number {
    return this.#steps.length - this.#head;
  }

  /** The steps themselves, for who takes none by {@link ReadySteps.takeFirst}. */
  get list(): readonly Step[] {
    return this.#steps;
  }

  add(step: Step): void {
    this.#steps.push(step);
  }

  takeFirst(): Step | undefined {
    const step = this.#steps[this.#head++];
    if (this.#head === this.#steps.length || (this.#head > KEPT && this.#head * 2 > this.#steps.length)) {
      this.#steps.splice(0, this.#head);
      this.#head = 0;
    }
    return step;
  }

  takeAt(index: number): Step | undefined {
    return this.#steps.splice(index, 1)[0];
  }

  /** For who does not care about the order: the last takes its place, so that it costs the same however many there are. */
  takeUnordered(index: number): Step | undefined {
    const step = this.#steps[index];
    const last = this.#steps.pop();
    if (last !== undefined && index < this.#steps.length) this.#steps[index] = last;
    return step;
  }

  /** Takes out one that is ready. */
  remove(step: Step): void {
    this.#steps.splice(this.#steps.indexOf(step, this.#head), 1);
  }

  clear(): void {
    this.#steps.length = 0;
    this.#head = 0;
  }

  *[Symbol.iterator](): Generator<Step> {
    for (let index = this.#head; index < this.#steps.length; index++) yield this.#steps[index] as Step;
  }
}
