/**
 * Wald's sequential probability ratio test (A. Wald, Annals of Mathematical Statistics 16, 1945): decides between two
 * shares as soon as what was seen is enough.
 *
 * @module
 */
import type { SequentialTest } from "./options.ts";

/** What the test says. */
export interface SequentialResult {
  readonly p0: number;
  readonly p1: number;
  /** `faulty`: the share is p1 or more; `clean`: it is p0 or less; `undecided`: the requests were too few to say. */
  readonly decision: "faulty" | "clean" | "undecided";
  /** Responses that it took; all there were when it is undecided. */
  readonly responses: number;
}

/** How often each of the two wrong decisions is made, at most. */
const wrong = 0.05;
const upper = Math.log((1 - wrong) / wrong);

/** Takes one response after another. */
export class SequentialDecision {
  readonly #test: SequentialTest;
  readonly #hitWeight: number;
  readonly #missWeight: number;
  #evidence = 0;
  #responses = 0;
  #decision: SequentialResult["decision"] = "undecided";

  constructor(test: SequentialTest) {
    const { p0, p1 } = test;
    this.#test = test;
    this.#hitWeight = Math.log(p1 / p0);
    this.#missWeight = Math.log((1 - p1) / (1 - p0));
  }

  get isMade(): boolean {
    return this.#decision !== "undecided";
  }

  /** What comes after the decision changes nothing about it. */
  add(isHit: boolean): void {
    if (this.isMade) return;
    this.#responses += 1;
    this.#evidence += isHit ? this.#hitWeight : this.#missWeight;
    if (this.#evidence >= upper) this.#decision = "faulty";
    else if (this.#evidence <= -upper) this.#decision = "clean";
  }

  result(): SequentialResult {
    return { ...this.#test, decision: this.#decision, responses: this.#responses };
  }
}
