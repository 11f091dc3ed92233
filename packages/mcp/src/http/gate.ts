/**
 * How many requests are under way at the same time. The others wait here rather than in the dispatcher, which cannot let
 * go of one that is cancelled.
 *
 * @module
 */

/** What passes a gate. */
export interface Passing {
  /** Begins; `leave()` must follow, once. */
  enter(): void;
}

/** Lets in `places` at a time, in the order in which they came. */
export class Gate {
  readonly #waiting = new Set<Passing>();
  /** Goes along with the set, so that what has been taken out is never walked over again. */
  readonly #next = this.#waiting.values();
  #free: number;
  #isLettingIn = false;

  /** @param places a whole number from 1 up, or Infinity. */
  constructor(places: number) {
    this.#free = places;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Lets it enter now, or as soon as a place is free and those before it have entered. */
  admit(passing: Passing): void {
    this.#waiting.add(passing);
    this.#letIn();
  }

  /** Takes one out that waits; false when it has entered. */
  drop(passing: Passing): boolean {
    return this.#waiting.delete(passing);
  }

  /** Gives a place back. */
  leave(): void {
    this.#free += 1;
    this.#letIn();
  }

  #letIn(): void {
    // One that enters may leave at once; the loop that let it in goes on then, or a long queue would be a deep stack.
    if (this.#isLettingIn) return;
    this.#isLettingIn = true;
    try {
      while (this.#free > 0 && this.#waiting.size > 0) {
        const passing = this.#take();
        this.#free -= 1;
        passing.enter();
      }
    } finally {
      this.#isLettingIn = false;
    }
  }

  #take(): Passing {
    // Never at its end: one waits, and the iterator has not come to it, or it would have been taken out.
    const passing = this.#next.next().value as Passing;
    this.#waiting.delete(passing);
    return passing;
  }
}
