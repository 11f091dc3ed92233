/**
 * The one implementation of holds: it knows who holds, and asks what it was acquired from to take it back.
 *
 * @module
 */
import type { Hold } from "../hold.ts";

export class Holding<W> implements Hold {
  /** The task or borrower it is for. */
  readonly who: W;
  /** Set by whoever takes it back, who may refuse. */
  isReleased: boolean = false;
  readonly #takeBack: (holding: Holding<W>) => void;

  /** @param takeBack one function for all holds of a primitive; called until `isReleased` is set. */
  constructor(who: W, takeBack: (holding: Holding<W>) => void) {
    this.who = who;
    this.#takeBack = takeBack;
  }

  release(): void {
    if (!this.isReleased) this.#takeBack(this);
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
