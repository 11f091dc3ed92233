import * as fc from "fast-check";
import { test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { type Count, fisherExact, runsNeeded, wilsonInterval } from "../src/index.ts";

/** Two tables' rows with few trials, so that the exact arithmetic below stays cheap. */
const fewTrials = counts(14);

test("the Wilson interval lies in [0, 1] and holds the share", () => {
  fc.assert(
    fc.property(counts(1_000_000_000), ({ hits, trials }) => {
      const { low, high } = wilsonInterval(hits, trials);
      return low >= 0 && low <= hits / trials && hits / trials <= high && high <= 1;
    }),
  );
});

test("Fisher's p is a probability above 0, whatever the table", () => {
  fc.assert(
    fc.property(counts(3_000), counts(3_000), (a, b) => {
      const p = fisherExact(a, b);
      return p > 0 && p <= 1;
    }),
  );
});

test("Fisher's p is the exact sum", () => {
  fc.assert(fc.property(fewTrials, fewTrials, (a, b) => isNear(fisherExact(a, b), exactP(a, b))));
});

test("Fisher's p does not depend on which side is named first, nor on whether hits or misses are counted", () => {
  fc.assert(
    fc.property(counts(500), counts(500), (a, b) => {
      const p = fisherExact(a, b);
      return isNear(fisherExact(b, a), p) && isNear(fisherExact(missesOf(a), missesOf(b)), p);
    }),
  );
});

test(covers("RP-10"), () => {
  const withHits = fewTrials.filter(({ hits }) => hits > 0);

  fc.assert(
    fc.property(withHits, (before) => {
      const needed = runsNeeded(before);
      const isExactlySignificant = (trials: number): boolean => exactP(before, { hits: 0, trials }) < 0.05;
      const fewer = Array.from({ length: needed - 1 }, (_, index) => index + 1);
      const more = Array.from({ length: 20 }, (_, index) => needed + index);
      return !fewer.some(isExactlySignificant) && more.every(isExactlySignificant);
    }),
    { numRuns: 30 },
  );
});

function counts(mostTrials: number): fc.Arbitrary<Count> {
  return fc
    .integer({ min: 1, max: mostTrials })
    .chain((trials) => fc.record({ hits: fc.integer({ min: 0, max: trials }), trials: fc.constant(trials) }));
}

function missesOf({ hits, trials }: Count): Count {
  return { hits: trials - hits, trials };
}

function isNear(actual: number, expected: number): boolean {
  return Math.abs(actual - expected) <= 1e-12 * expected;
}

/** By the definition, in whole numbers: rounded once, at the end. */
function exactP(a: Count, b: Count): number {
  const hits = a.hits + b.hits;
  const tables = Array.from({ length: hits + 1 }, (_, inA) => choose(a.trials, inA) * choose(b.trials, hits - inA));
  const observed = tables[a.hits] ?? 0n;
  const sum = (weights: readonly bigint[]): bigint => weights.reduce((total, weight) => total + weight, 0n);
  return Number(sum(tables.filter((weight) => weight <= observed))) / Number(sum(tables));
}

function choose(n: number, k: number): bigint {
  if (k > n) return 0n;
  let ways = 1n;
  for (let i = 0; i < k; i++) ways = (ways * BigInt(n - i)) / BigInt(i + 1);
  return ways;
}
