/**
 * Seeded random numbers: the same seed draws the same dataset, latencies and schedules on every machine.
 *
 * Streams are derived by name with `fork()`, so that one more draw in one place does not shift the numbers of another.
 *
 * @module
 */

/** A stream of seeded random numbers. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** One element of `list`, each as likely as the other. Throws a RangeError when it is empty. */
  pick<T>(list: readonly T[]): T;
  /**
   * A number from the lognormal distribution with this mean and coefficient of variation (standard deviation / mean).
   *
   * Response times are skewed like this: never negative, mostly a little below the mean, now and then far above it.
   */
  lognormal(mean: number, cv: number): number;
  /** The stream called `label`: it depends on this stream's seed and on the label, not on what was drawn so far. */
  fork(label: string): Random;
}

/** Creates the stream of a seed; any safe integer is a seed. */
export function createRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a safe integer, and this is ${seed}`);
  // The high word goes through the mixer, or seeds that are 2^32 apart would be one.
  return createStream(mix((seed >>> 0) ^ mix(Math.floor(seed / 2 ** 32))));
}

function createStream(origin: number): Random {
  let state = origin;
  const next = (): number => {
    state = (state + goldenStep) >>> 0;
    return mix(state) / 2 ** 32;
  };
  return {
    next,
    pick: (list) => {
      if (list.length === 0) throw new RangeError("pick() from an empty list");
      return list[Math.floor(next() * list.length)] as (typeof list)[number];
    },
    lognormal: (mean, cv) => {
      const variance = Math.log1p(cv * cv);
      // Box-Muller; 1 - next() is never 0, whose logarithm is not finite.
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return mean * Math.exp(Math.sqrt(variance) * normal - variance / 2);
    },
    fork: (label) => createStream(mix(origin ^ hash(label))),
  };
}

/** 2^32 divided by the golden ratio, made odd: the counter visits each of the 2^32 states once (Weyl sequence). */
const goldenStep = 0x9e3779b9;

/** The finaliser of MurmurHash3 (32 bit): each bit of the input flips each bit of the output half of the time. */
function mix(word: number): number {
  let bits = word >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** FNV-1a, 32 bit, over UTF-16 code units. */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) bits = Math.imul(bits ^ text.charCodeAt(at), 0x01000193);
  return bits >>> 0;
}
