/**
 * A schedule: what a run chose, told by where it departs from the order without preemptions.
 *
 * @module
 */
import type { Chooser, Kernel } from "../kernel/kernel.ts";
import type { Transition } from "../kernel/transition.ts";
import { undisturbed } from "./policy.ts";

/** At one point of a run, what was chosen instead of what would have happened by itself. */
export interface Departure {
  /** Which choice of the run it is, from 0; choices with just one possibility count. */
  readonly at: number;
  /** The index in the list of what was ready, oldest first; of a way to go on, its number. */
  readonly index: number;
}

/** Departures in the order in which they come. */
export type Schedule = readonly Departure[];

/** Follows a schedule as far as it goes, and notes what it did. */
export class Follower implements Chooser {
  readonly #departures: ReadonlyMap<number, number>;
  /** How many possibilities each choice had, and which would have come by itself. */
  readonly possible: { readonly count: number; readonly byItself: number; readonly isWay: boolean }[] = [];
  /** What was to be chosen and could not be, in words; undefined when the schedule could be followed. */
  divergence: string | undefined;

  constructor(schedule: Schedule) {
    this.#departures = new Map(schedule.map(({ at, index }) => [at, index]));
  }

  chooseStep(ready: readonly Transition[], kernel: Kernel): number {
    return this.#choose(ready.length, undisturbed(ready, kernel.steps.at(-1)?.actor.index), false);
  }

  chooseWay(count: number): number {
    return this.#choose(count, 0, true);
  }

  /** The departures that lie beyond the end of the run. */
  get isUsedUp(): boolean {
    return [...this.#departures.keys()].every((at) => at < this.possible.length);
  }

  #choose(count: number, byItself: number, isWay: boolean): number {
    const at = this.possible.length;
    this.possible.push({ count, byItself, isWay });
    const index = this.#departures.get(at);
    if (index === undefined) return byItself;
    if (index < count) return index;
    this.divergence ??= `at choice ${at} the ${index + 1}th of what could happen was to, and there were only ${count}`;
    return byItself;
  }
}

/** Has another choose, and notes where that departs from the order without preemptions. */
export class Recorder implements Chooser {
  readonly #inner: Chooser;
  #departures: Departure[] = [];
  #choices = 0;

  constructor(inner: Chooser) {
    this.#inner = inner;
  }

  get kept(): number {
    return this.#inner.kept ?? 0;
  }

  /** What the last run did. */
  get schedule(): Schedule {
    return this.#departures;
  }

  begin(): void {
    this.#departures = [];
    this.#choices = 0;
  }

  chooseStep(ready: readonly Transition[], kernel: Kernel): number {
    const index = this.#inner.chooseStep(ready, kernel);
    if (index >= 0 && ready.length > 1) this.#note(index, undisturbed(ready, kernel.steps.at(-1)?.actor.index));
    this.#choices += 1;
    return index;
  }

  chooseWay(count: number, kernel: Kernel): number {
    const index = this.#inner.chooseWay(count, kernel);
    this.#note(index, 0);
    this.#choices += 1;
    return index;
  }

  #note(index: number, byItself: number): void {
    if (index !== byItself) this.#departures.push({ at: this.#choices, index });
  }
}
