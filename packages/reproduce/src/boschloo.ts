/**
 * Boschloo's exact test that two shares are the same (R. D. Boschloo, Statistica Neerlandica 24, 1970): Fisher's p-value is taken
 * for a measure only, and how often one as small comes about is worked out for the two numbers of trials, which are all that was
 * fixed beforehand. It finds every difference that Fisher's test finds, and more.
 *
 * @module
 */
import { type Count, fisherExact } from "./statistics.ts";

/** With more trials than these the two tests say the same, and this one takes long. */
const mostTrials = 2_000;
/** P-values this close count as equal. */
const sameP = 1 + 1e-7;
/** How many shares are tried, in [0, 1], and again around the best of them. */
const sharesTried = 500;

/**
 * The two-sided p-value, never above that of Fisher's test; null for more than 2,000 trials.
 *
 * @throws RangeError as {@link fisherExact}.
 */
export function boschlooExact(a: Count, b: Count): number | null {
  const observed = fisherExact(a, b);
  const trials = a.trials + b.trials;
  if (trials > mostTrials) return null;
  const logFactorials = logFactorialsUpTo(trials);
  const logChoose = (n: number, k: number): number =>
    (logFactorials[n] as number) - (logFactorials[k] as number) - (logFactorials[n - k] as number);
  // Of the tables with so many hits in all, how likely those are together that Fisher's test finds no less remarkable.
  const rare: { readonly hits: number; readonly logWeight: number }[] = [];
  for (let hits = 0; hits <= trials; hits++) {
    const tables: number[] = [];
    for (let inA = Math.max(0, hits - b.trials); inA <= Math.min(hits, a.trials); inA++) {
      tables.push(Math.exp(logChoose(a.trials, inA) + logChoose(b.trials, hits - inA) - logChoose(trials, hits)));
    }
    const share = largestP(tables, observed * sameP);
    if (share > 0) rare.push({ hits, logWeight: Math.log(share) + logChoose(trials, hits) });
  }
  const at = (share: number): number => {
    const [logHit, logMiss] = [Math.log(share), Math.log(1 - share)];
    let p = 0;
    for (const { hits, logWeight } of rare) p += Math.exp(logWeight + hits * logHit + (trials - hits) * logMiss);
    return p;
  };
  const step = 1 / (sharesTried + 1);
  const coarse = highest(at, 0, 1);
  const fine = highest(at, Math.max(0, coarse.share - step), Math.min(1, coarse.share + step));
  return Math.min(observed, Math.max(coarse.p, fine.p, Number.MIN_VALUE));
}

/** The largest of Fisher's p-values, for tables with these probabilities, that is not above a limit; 0 when all are. */
function largestP(tables: readonly number[], limit: number): number {
  const ascending = tables.toSorted((one, other) => one - other);
  let [sum, largest] = [0, 0];
  for (const [index, table] of ascending.entries()) {
    sum += table;
    // One that is as likely as the next belongs to the same p-value.
    const next = ascending[index + 1];
    if (next !== undefined && next <= table * sameP) continue;
    if (sum > limit) break;
    largest = sum;
  }
  return largest;
}

function highest(
  at: (share: number) => number,
  from: number,
  to: number,
): { readonly share: number; readonly p: number } {
  let best = { share: from, p: 0 };
  for (let index = 1; index <= sharesTried; index++) {
    const share = from + ((to - from) * index) / (sharesTried + 1);
    const p = at(share);
    if (p > best.p) best = { share, p };
  }
  return best;
}

function logFactorialsUpTo(n: number): number[] {
  const logs = [0];
  for (let k = 1; k <= n; k++) logs.push((logs[k - 1] as number) + Math.log(k));
  return logs;
}
