/**
 * The one implementation of holds: it knows who holds, and asks what it was acquired from to take it back.
 *
 * @module
 */
import type { Hold } from "../hold.ts";
import { look, made, touch } from "./touch.ts";

export class Holding<W> implements Hold {
  /** The task or borrower it is for. */
  readonly who: W;
  /** Set by whoever takes it back, who may refuse. */
  isTakenBack: boolean = false;
  readonly #takeBack: (holding: Holding<W>) => void;

  /** @param takeBack one function for all holds of a primitive; called until `isTakenBack` is set. */
  constructor(who: W, takeBack: (holding: Holding<W>) => void) {
    made(this);
    this.who = who;
    this.#takeBack = takeBack;
  }

  get isReleased(): boolean {
    look(this);
    return this.isTakenBack;
  }

  release(): void {
    if (this.isReleased) return;
    touch(this);
    this.#takeBack(this);
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
