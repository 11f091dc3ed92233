/**
 * One level of the load, and what it gave.
 *
 * @module
 */
import { Load } from "./load.ts";
import type { Plan } from "./options.ts";
import type { RequestFailure } from "./outcome.ts";
import type { Predicted } from "./prediction.ts";
import type { SequentialResult } from "./sequential-test.ts";
import type { Interval } from "./statistics.ts";
import { Tally } from "./tally.ts";

/** Response times in milliseconds, to three significant digits. */
export interface Latency {
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** A response that carried the signature. */
export interface Sample {
  readonly status: number;
  /** The beginning of its body. */
  readonly body: string;
}

/** What one level gave. */
export interface LevelResult {
  readonly concurrency: number;
  /** Requests sent, answered or not. */
  readonly requests: number;
  /** Complete responses. The other requests show nothing either way, so shares and intervals leave them out. */
  readonly answered: number;
  /** Complete responses whose body had the signature. */
  readonly hits: number;
  /** The 95 % interval of hits / answered, as if every request stood alone, and as if nothing had stopped them early. */
  readonly interval: Interval;
  /**
   * The same by batches of `concurrency` requests, a batch being a hit when any of its responses is; what is left over
   * after the last whole batch is not in it. Bursts are batches as they were sent, and one with a hit counts even when not
   * all of it was answered; else responses are taken in the order in which they were complete. Requests that share a session
   * fail together, so this is the interval to trust when hits come in clusters.
   */
  readonly batches: { readonly count: number; readonly hits: number; readonly interval: Interval };
  /** Complete responses by status code. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests without a complete response, by why; not hits, even when the signature had come by then. */
  readonly failures: Readonly<Record<RequestFailure, number>>;
  /**
   * Responses without a hit that were not searched to the end: too long for an expression, or in a content encoding that
   * nobody knows.
   */
  readonly partlySearched: number;
  /** Requests of an open loop that had to wait because `concurrency` others were under way. */
  readonly delayed: number;
  /** From the first request to the last answer. */
  readonly elapsedMs: number;
  /**
   * Of complete responses; null when there was none. It counts from the time at which a request was due, so that a server
   * that stalls an open loop is not forgiven the requests that could not be sent meanwhile.
   */
  readonly latency: Latency | null;
  /** The times within which 0 %, 2 % and so on up to 100 % of responses were complete. */
  readonly latencyCurve: readonly number[];
  /** The first flagged responses, at most five. */
  readonly samples: readonly Sample[];
  /** What the sequential test decided; null without one. */
  readonly sprt: SequentialResult | null;
  /**
   * What would be expected if a connection that counts its users were at fault; null for a closed loop without `holdMs`. An
   * open loop without it is taken to hold the connection for as long as a response takes.
   */
  readonly predicted: Predicted | null;
}

/**
 * Measures one level.
 *
 * **Cancellation:** an abort of the plan's signal closes every socket, and then this rejects with the signal's reason.
 *
 * @throws {@link UnreachableError} when nothing was answered; what `onProgress` throws.
 */
export async function measureLevel(plan: Plan, concurrency: number): Promise<LevelResult> {
  plan.maker.beginLevel();
  await using load = new Load(plan, concurrency);
  if (plan.warmUp > 0) {
    await load.run(new Tally({ ...plan, requests: plan.warmUp, sprt: undefined, onProgress: undefined }, concurrency));
  }
  const tally = new Tally(plan, concurrency);
  await load.run(tally);
  return tally.result();
}
