/**
 * The mathematics of hit rates: how sure a share is, whether two differ, and how many clean runs it takes to say so.
 *
 * @module
 */

/** So many hits in so many trials. */
export interface Count {
  readonly hits: number;
  readonly trials: number;
}

/** A range of shares, both ends in [0, 1], or of their differences. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The 97.5 % point of the standard normal distribution: for intervals at the 95 % level. */
const z95 = 1.959963984540054;
/** Probabilities this close count as equal in Fisher's sum; the relative tolerance that R's fisher.test uses. */
const sameProbability = 1 + 1e-7;
/** The level of significance: fixed here, so that it is not chosen after the fact. */
const alpha = 0.05;

/**
 * The 95 % interval of a share by Wilson's score method (E. B. Wilson, JASA 22, 1927): unlike the textbook interval it
 * stays inside [0, 1] and says something at 0 hits.
 *
 * @throws RangeError unless 0 <= hits <= trials, both whole, trials at least 1.
 */
export function wilsonInterval(hits: number, trials: number): Interval {
  checkCount({ hits, trials });
  const share = hits / trials;
  const squared = z95 * z95;
  const scale = 1 / (1 + squared / trials);
  const middle = share + squared / (2 * trials);
  const reach = z95 * Math.sqrt((share * (1 - share)) / trials + squared / (4 * trials * trials));
  return {
    low: hits === 0 ? 0 : scale * (middle - reach),
    high: hits === trials ? 1 : scale * (middle + reach),
  };
}

/**
 * The 95 % interval of the share of `after` minus that of `before`, by the method that Newcombe recommends (R. G. Newcombe,
 * Statistics in Medicine 17, 1998, method 10): from the Wilson intervals of both. Both ends are in [-1, 1].
 *
 * @throws RangeError as {@link wilsonInterval}.
 */
export function differenceInterval(before: Count, after: Count): Interval {
  const [first, second] = [before, after].map(({ hits, trials }) => wilsonInterval(hits, trials)) as [
    Interval,
    Interval,
  ];
  const [shareBefore, shareAfter] = [before.hits / before.trials, after.hits / after.trials];
  const difference = shareAfter - shareBefore;
  return {
    low: difference - Math.hypot(shareAfter - second.low, first.high - shareBefore),
    high: difference + Math.hypot(second.high - shareAfter, shareBefore - first.low),
  };
}

/**
 * The two-sided p-value of Fisher's exact test that two shares are the same: the summed probability, with both margins
 * fixed, of all tables that are no more likely than the one observed. Never 0: what is too small for a number is given as
 * the smallest one.
 *
 * @throws RangeError as {@link wilsonInterval}.
 */
export function fisherExact(a: Count, b: Count): number {
  checkCount(a);
  checkCount(b);
  const hits = a.hits + b.hits;
  const missesLeft = b.trials - hits;
  // Weights are relative to the observed table, so no factorial is needed, and "no more likely" means "at most 1".
  let all = 1;
  let unlikely = 1;
  const add = (weight: number): void => {
    all += weight;
    if (weight <= sameProbability) unlikely += weight;
  };
  const highest = Math.min(hits, a.trials);
  for (let inA = a.hits, weight = 1; inA < highest; inA++) {
    weight *= ((hits - inA) * (a.trials - inA)) / ((inA + 1) * (missesLeft + inA + 1));
    add(weight);
  }
  const lowest = Math.max(0, -missesLeft);
  for (let inA = a.hits, weight = 1; inA > lowest; inA--) {
    weight *= (inA * (missesLeft + inA)) / ((hits - inA + 1) * (a.trials - inA + 1));
    add(weight);
  }
  return Math.max(unlikely / all, Number.MIN_VALUE);
}

/** Whether a p-value is below the 5 % level. */
export function isSignificant(p: number): boolean {
  return p < alpha;
}

/**
 * How many runs without a single hit are needed after `before`, so that Fisher's exact test calls the difference real at
 * the 5 % level. Infinity when `before` has no hit: then no number of clean runs shows anything.
 *
 * @throws RangeError as {@link wilsonInterval}.
 */
export function runsNeeded(before: Count): number {
  checkCount(before);
  const { hits, trials } = before;
  if (hits === 0) return Infinity;
  // The probability of the observed table alone. It is part of p and falls with every run, so while it is not below the
  // level the whole sum need not be made. Then each number is tried in turn: p itself may rise from one to the next.
  let observed = 1;
  for (let runs = 1; ; runs++) {
    observed *= (trials + runs - hits) / (trials + runs);
    if (isSignificant(observed) && isSignificant(fisherExact(before, { hits: 0, trials: runs }))) return runs;
  }
}

function checkCount({ hits, trials }: Count): void {
  if (Number.isSafeInteger(hits) && Number.isSafeInteger(trials) && hits >= 0 && trials >= 1 && hits <= trials) return;
  throw new RangeError(`a share is of whole numbers, 0 <= hits <= trials and 1 <= trials; ${hits} of ${trials} is not`);
}
