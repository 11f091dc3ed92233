/**
 * How often a connection that counts its users would fail: the first to come opens it, the last to leave closes it, and
 * fails when it is not the one that opened.
 *
 * A time in which it is open is a busy period of a queue with any number of servers. The opener is also the closer when
 * nobody else is inside as it leaves; with arrivals at random, at a rate r, and holds of a length D that is distributed by
 * G, that has the probability E[exp(-r * integral of 1 - G from 0 to D)], and there are exp(r E[D]) holds in a busy period.
 *
 * @module
 */

/** What the model says of one level. */
export interface Predicted {
  /** The share of requests that fail, every hold being equally long. */
  readonly requests: number;
  /** The same when the lengths of holds are distributed exponentially; null where that makes no difference. */
  readonly requestsIfExponential: number | null;
  /** The share of bursts with a failure in them; null when requests do not come in bursts. */
  readonly bursts: number | null;
  /** How many others hold the connection on average; null when requests come in bursts. */
  readonly overlap: number | null;
}

/** So many requests at once, all of which overlap and end in any order: the opener is the last with probability 1 / n. */
export function predictBurst(size: number): Predicted {
  const bursts = 1 - 1 / size;
  return { requests: bursts / size, requestsIfExponential: null, bursts, overlap: null };
}

/**
 * Requests at random times, of which so many others are under way on average: their rate times the time for which each
 * holds the connection.
 */
export function predictOverlap(overlap: number): Predicted {
  // Failures in a busy period over requests in it.
  const alone = Math.exp(-overlap);
  const failsIfExponential = overlap === 0 ? 0 : 1 - (1 - alone) / overlap;
  return { requests: (1 - alone) * alone, requestsIfExponential: failsIfExponential * alone, bursts: null, overlap };
}
