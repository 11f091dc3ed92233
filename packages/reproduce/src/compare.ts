/**
 * Before and after: whether a hit rate has really changed.
 *
 * @module
 */
import { boschlooExact } from "./boschloo.ts";
import { LevelMissingError } from "./errors.ts";
import type { LevelResult } from "./level.ts";
import type { ReproduceResult } from "./reproduce.ts";
import { type Count, differenceInterval, fisherExact, type Interval, isSignificant, runsNeeded } from "./statistics.ts";

/**
 * What a comparison can say, at the 5 % level. `fixed`: there were hits before and none after, and the difference is real.
 * `better`, `worse`: the difference is real, and there are hits after. `not-shown`: the runs do not tell the two apart.
 * `never-seen`: no hit, neither before nor after.
 */
export type Verdict = "fixed" | "better" | "worse" | "not-shown" | "never-seen";

/** One side of a comparison. */
export interface ComparedSide {
  readonly hits: number;
  /** Requests sent. */
  readonly requests: number;
  /** Those with a complete response: all that the comparison goes by, for a request without one is not a clean run. */
  readonly answered: number;
  /** Of hits / answered. */
  readonly interval: Interval;
}

/** Two results held against each other at one level. */
export interface Comparison {
  readonly concurrency: number;
  readonly before: ComparedSide;
  readonly after: ComparedSide;
  /** The share after minus the share before. */
  readonly difference: number;
  /** The 95 % interval of the difference, by Newcombe's method. */
  readonly differenceInterval: Interval;
  /** Two-sided, by Fisher's exact test; it takes every request for independent. */
  readonly p: number;
  /**
   * Two-sided, by Boschloo's exact test, which sees more than Fisher's; for the reader, as the verdict goes by `p`. Null for more
   * than 2,000 responses. Absent in comparisons of earlier versions.
   */
  readonly pBoschloo?: number | null;
  /** Clean runs that would be needed after `before` for p < 0.05; null when there was no hit before. */
  readonly runsNeeded: number | null;
  readonly verdict: Verdict;
}

/**
 * Compares two results at one level of concurrency, which the caller fixes before looking at either.
 *
 * @throws {@link LevelMissingError} when one of them has not measured that level; TypeError when they looked for different
 * signatures, or when their requests arrived in different ways.
 */
export function compare(
  before: ReproduceResult,
  after: ReproduceResult,
  options: { readonly concurrency: number },
): Comparison {
  const { concurrency } = options;
  if (before.signature !== after.signature) {
    const [one, other] = [before, after].map(({ signature }) => JSON.stringify(signature));
    throw new TypeError(`comparing results for ${one} and for ${other}; look for the same signature in both`);
  }
  const [arrivalBefore, arrivalAfter] = [before.arrival ?? "closed", after.arrival ?? "closed"];
  if (arrivalBefore !== arrivalAfter) {
    throw new TypeError(
      `comparing requests that arrived ${arrivalBefore} with ${arrivalAfter}; have them arrive alike in both`,
    );
  }
  const levelBefore = levelAt(before, concurrency, "the run before");
  const levelAfter = levelAt(after, concurrency, "the run after");
  const first = countOf(levelBefore);
  const second = countOf(levelAfter);
  const p = fisherExact(first, second);
  return {
    concurrency,
    before: sideOf(levelBefore),
    after: sideOf(levelAfter),
    difference: shareOf(second) - shareOf(first),
    differenceInterval: differenceInterval(first, second),
    p,
    pBoschloo: boschlooExact(first, second),
    runsNeeded: first.hits === 0 ? null : runsNeeded(first),
    verdict: verdictOf(first, second, p),
  };
}

function verdictOf(before: Count, after: Count, p: number): Verdict {
  if (before.hits === 0 && after.hits === 0) return "never-seen";
  if (!isSignificant(p)) return "not-shown";
  if (after.hits === 0) return "fixed";
  return shareOf(after) < shareOf(before) ? "better" : "worse";
}

function shareOf({ hits, trials }: Count): number {
  return hits / trials;
}

function levelAt({ levels }: ReproduceResult, concurrency: number, which: string): LevelResult {
  const level = levels.find((each) => each.concurrency === concurrency);
  if (level !== undefined) return level;
  const measured = levels.map((each) => each.concurrency);
  throw new LevelMissingError(concurrency, which, measured);
}

function countOf({ hits, answered }: LevelResult): Count {
  return { hits, trials: answered };
}

function sideOf({ hits, requests, answered, interval }: LevelResult): ComparedSide {
  return { hits, requests, answered, interval };
}
