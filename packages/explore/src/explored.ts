/**
 * What an exploration found.
 *
 * @module
 */
import type { PictureOptions } from "@holdfast/pictures";
import type { Decision } from "./explain.ts";
import { chromeTrace, type ChromeTrace } from "./chrome-trace.ts";
import { explanation } from "./explanation.ts";
import { lanesText } from "./lanes-text.ts";
import { traceSvg } from "./trace-svg.ts";
import type { Trace } from "./trace.ts";
import { signatureOf } from "./failure-signature.ts";

/**
 * What came out:
 *
 * - `failed`: an order in which the scenario fails.
 * - `exhausted`: every order that can make a difference was tried, within the limits that are named, and none failed.
 * - `not-found`: the budget was used up, and no order that was tried failed.
 * - `uncontrolled`: the scenario waits for something that is none of the explorer's events, such as a real socket.
 * - `nondeterministic`: the scenario did not do the same again in the same order.
 */
export type Verdict = "exhausted" | "failed" | "nondeterministic" | "not-found" | "uncontrolled";

/** How the orders were come by, and how many. */
export interface ExploredCounts {
  /** Orders tried. */
  readonly orders: number;
  /** How many of them failed. */
  readonly failing: number;
  /** Runs that were given up because they came to nothing new. */
  readonly redundant: number;
  /** Whether every order that can make a difference was tried. */
  readonly exhausted: boolean;
  /** Runs that were needed until the first failure; absent without one. */
  readonly firstFailure?: number;
  /** Tasks in the longest run, the scenario's own among them. */
  readonly tasks: number;
  /** Steps of the longest run. */
  readonly steps: number;
  readonly milliseconds: number;
}

/** A failure, made small. */
export interface MinimalFailure {
  /** The departures from the order without preemptions. */
  readonly departures: number;
  /** Whether no order with fewer departures fails in the same way: all were tried. */
  readonly isSmallest: boolean;
  readonly trace: Trace;
  /** Two steps that decide; absent where no two do. */
  readonly decision?: Decision;
}

/** What is told when an exploration is over. */
export interface ExploredFacts {
  readonly verdict: Verdict;
  readonly counts: ExploredCounts;
  /** What kinds of events were put in order. */
  readonly choicePoints: readonly string[];
  readonly seed: number;
  /** Of the first failure. */
  readonly error?: unknown;
  /** Why the verdict is `uncontrolled` or `nondeterministic`, or what cut the exploration short. */
  readonly reason?: string;
  readonly minimal?: MinimalFailure;
  readonly replay?: string;
  /** What the verdict does not cover, in sentences. */
  readonly limits: readonly string[];
}

/** What an exploration found. */
export class Explored implements ExploredFacts {
  readonly verdict: Verdict;
  readonly counts: ExploredCounts;
  readonly choicePoints: readonly string[];
  readonly seed: number;
  declare readonly error?: unknown;
  declare readonly reason?: string;
  declare readonly minimal?: MinimalFailure;
  /** The smallest failing order, for `replay()` and `holdfast replay`; absent when none failed. */
  declare readonly replay?: string;
  readonly limits: readonly string[];

  constructor(facts: ExploredFacts) {
    this.verdict = facts.verdict;
    this.counts = facts.counts;
    this.choicePoints = facts.choicePoints;
    this.seed = facts.seed;
    this.limits = facts.limits;
    const { error, reason, minimal, replay } = facts;
    Object.assign(this, {
      ...(error !== undefined && { error }),
      ...(reason !== undefined && { reason }),
      ...(minimal !== undefined && { minimal }),
      ...(replay !== undefined && { replay }),
    });
  }

  /** Orders tried. */
  get orders(): number {
    return this.counts.orders;
  }

  /** What was found, in a few lines for a person: the verdict, the two steps whose order decides, the limits. */
  explain(): string {
    return explanation(this);
  }

  /**
   * The smallest failing order as a picture: a string with one `<svg>` element.
   *
   * @throws RangeError when no order failed.
   */
  svg(options?: PictureOptions): string {
    return traceSvg(this.#trace("svg()"), this.minimal?.decision, options);
  }

  /** The same as text, a lane for each task. @throws RangeError when no order failed. */
  lanes(): string {
    return lanesText(this.#trace("lanes()"));
  }

  /** The same for Perfetto and `chrome://tracing`; a step takes a millisecond. @throws RangeError when no order failed. */
  chromeTrace(): ChromeTrace {
    return chromeTrace(this.#trace("chromeTrace()"));
  }

  /** Everything as plain data, without the error's stack. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { verdict, counts, choicePoints, seed, reason, replay, limits, minimal } = this;
    return {
      verdict,
      ...counts,
      choicePoints,
      seed,
      error: this.error === undefined ? null : signatureOf(this.error),
      reason: reason ?? null,
      replay: replay ?? null,
      minimal:
        minimal === undefined
          ? null
          : {
              departures: minimal.departures,
              isSmallest: minimal.isSmallest,
              steps: minimal.trace.steps,
              decides: minimal.decision?.steps ?? null,
            },
      limits,
    };
  }

  #trace(attempted: string): Trace {
    if (this.minimal !== undefined) return this.minimal.trace;
    throw new RangeError(`${attempted} draws a failing order, and none was found: the verdict is ${this.verdict}`);
  }
}
