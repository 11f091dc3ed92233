import * as fc from "fast-check";
import { expect, test } from "vitest";
import { boschlooExact } from "../src/boschloo.ts";
import { type Count, fisherExact } from "../src/index.ts";

const few = fc
  .integer({ min: 1, max: 12 })
  .chain((trials) => fc.record({ trials: fc.constant(trials), hits: fc.integer({ min: 0, max: trials }) }));

test.each([
  [{ hits: 2, trials: 10 }, { hits: 0, trials: 10 }, 0.263],
  // All or nothing, either way round: 2 * (1 / 2) ** 20.
  [{ hits: 10, trials: 10 }, { hits: 0, trials: 10 }, 2 ** -19],
  [{ hits: 0, trials: 5 }, { hits: 0, trials: 7 }, 1],
])("%j against %j is %d", (a, b, p) => {
  expect(boschlooExact(a, b)).toBeCloseTo(p, 3);
  expect((boschlooExact(a, b) ?? 0) / p).toBeCloseTo(1, 2);
});

test("the p-value is how often Fisher's would be as small, at the share at which that is most often", () => {
  fc.assert(
    fc.property(few, few, (a, b) => {
      const p = boschlooExact(a, b) as number;
      const limit = fisherExact(a, b) * (1 + 1e-6);
      const tables = upTo(a.trials).flatMap((x) => upTo(b.trials).map((y): [number, number] => [x, y]));
      const rare = tables.filter(
        ([x, y]) => fisherExact({ hits: x, trials: a.trials }, { hits: y, trials: b.trials }) <= limit,
      );
      const at = (share: number): number =>
        rare.reduce((sum, [x, y]) => sum + binomial(a.trials, x, share) * binomial(b.trials, y, share), 0);
      const highest = Math.max(...upTo(200).map((index) => at(index / 200)));
      return p >= highest * (1 - 1e-6) && p <= highest * 1.01;
    }),
    { numRuns: 100 },
  );
});

test("the p-value is never above Fisher's, and does not depend on the side that is named first", () => {
  fc.assert(
    fc.property(few, few, (a, b) => {
      const [one, other] = [boschlooExact(a, b) as number, boschlooExact(b, a) as number];
      return one <= fisherExact(a, b) && Math.abs(one - other) <= one * 1e-9;
    }),
  );
});

test("of more than 2,000 trials it says nothing", () => {
  const count = (trials: number): Count => ({ hits: 1, trials });

  expect(boschlooExact(count(1_000), count(1_000))).toBeGreaterThan(0);
  expect(boschlooExact(count(1_000), count(1_001))).toBeNull();
});

function upTo(most: number): number[] {
  return Array.from({ length: most + 1 }, (_, index) => index);
}

function binomial(n: number, k: number, share: number): number {
  let ways = 1;
  for (let index = 1; index <= k; index++) ways *= (n - k + index) / index;
  return ways * share ** k * (1 - share) ** (n - k);
}
