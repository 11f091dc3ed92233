/**
 * Who goes next on a virtual runtime.
 *
 * @module
 */
import { textOf } from "../errors.ts";
import type { Step } from "../runtime.ts";
import { SeededRandom } from "./seeded-random.ts";

/** Chooses the order of a program's steps. It may keep a record; one object belongs to one run. */
export interface Strategy {
  /**
   * The index of the step to fire. Called before every step, once all that follows from the one before has happened;
   * `ready` has one step at least, the one that has been ready longest first, and is valid during the call only.
   */
  choose(ready: readonly Step[]): number;
}

/**
 * The order in which steps that are ready go on: as they became ready, at random by the runtime's seed, or as a
 * strategy of your own has it.
 */
export type Order = "fifo" | "random" | Strategy;

/** The strategy of an order; undefined for the one that needs no choosing. */
export function strategyOf(order: Order, seed: number): Strategy | undefined {
  if (order === "fifo") return undefined;
  if (order === "random") return new RandomOrder(seed);
  if (typeof order === "object" && order !== null && typeof order.choose === "function") return order;
  throw new TypeError(`order is "fifo", "random" or an object with choose(), and ${textOf(order)} is none of them`);
}

/** Takes any of them, and so does not care how they are sorted. */
export class RandomOrder implements Strategy {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    // Another stream than that of the runtime's random(), so that a program that draws does not change its own order.
    this.#random = new SeededRandom(seed ^ 0x5bd1e995);
  }

  choose(ready: readonly Step[]): number {
    return Math.floor(this.#random.next() * ready.length);
  }
}
