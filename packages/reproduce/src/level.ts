/**
 * One level of the load: a closed loop in which so many requests are in flight at a time, and what it gave.
 *
 * @module
 */
import { createHistogram } from "node:perf_hooks";
import { type Answer, Connection, type RequestFailure, type RequestOutcome } from "./connection.ts";
import { UnreachableError } from "./errors.ts";
import type { Plan } from "./options.ts";
import { type Interval, wilsonInterval } from "./statistics.ts";

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
  /** The 95 % interval of hits / answered, as if every request stood alone. */
  readonly interval: Interval;
  /**
   * The same by batches of `concurrency` responses in the order in which they were complete, a batch being a hit when any
   * of its responses is; what is left over after the last whole batch is not in it. Requests that share a session fail
   * together, so this is the interval to trust when hits come in clusters.
   */
  readonly batches: { readonly count: number; readonly hits: number; readonly interval: Interval };
  /** Complete responses by status code. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests without a complete response, by why; not hits, even when the signature had come by then. */
  readonly failures: Readonly<Record<RequestFailure, number>>;
  /** Responses without a hit that were too long to be searched to the end; always 0 when the signature is text. */
  readonly partlySearched: number;
  /** Of complete responses; null when there was none. */
  readonly latency: Latency | null;
  /** The first flagged responses, at most five. */
  readonly samples: readonly Sample[];
}

const samplesKept = 5;
const nanosecondsInMillisecond = 1e6;

/**
 * Measures one level.
 *
 * **Cancellation:** an abort of the plan's signal closes every socket, and then this rejects with the signal's reason.
 *
 * @throws {@link UnreachableError} when nothing was answered; what `onProgress` throws.
 */
export async function measureLevel(plan: Plan, concurrency: number): Promise<LevelResult> {
  const tally = new Tally(plan, concurrency);
  // As many sockets as the level has requests in flight, gone when the level is done.
  const connections = Array.from({ length: Math.min(concurrency, plan.requests) }, () => new Connection(plan));
  const failed = new AbortController();
  const stop = AbortSignal.any(plan.signal === undefined ? [failed.signal] : [failed.signal, plan.signal]);
  const endRequests = (): void => {
    for (const connection of connections) connection.endRequest(new Error("the level was stopped"));
  };
  stop.addEventListener("abort", endRequests, { once: true });
  const clients = connections.map((connection) =>
    sendInTurn(connection, tally, stop).catch((error: unknown) => failed.abort(error)),
  );
  await Promise.all(clients);
  stop.removeEventListener("abort", endRequests);
  await Promise.all(connections.map((connection) => connection.close()));
  stop.throwIfAborted();
  return tally.result();
}

/** One client of the closed loop: sends its next request when the one before is answered. */
async function sendInTurn(connection: Connection, tally: Tally, stop: AbortSignal): Promise<void> {
  while (!stop.aborted && tally.takeRequest()) {
    const outcome = await connection.send();
    if (!stop.aborted) tally.add(outcome);
  }
}

class Tally {
  readonly #plan: Plan;
  readonly #concurrency: number;
  readonly #batchSize: number;
  readonly #latency = createHistogram();
  readonly #statuses: Record<string, number> = {};
  readonly #failures: Record<RequestFailure, number> = { refused: 0, reset: 0, timeout: 0, other: 0 };
  readonly #samples: Sample[] = [];
  #taken = 0;
  #answered = 0;
  #failed = 0;
  #hits = 0;
  #partlySearched = 0;
  #hitBatches = 0;
  #isBatchHit = false;
  #cause: unknown;

  constructor(plan: Plan, concurrency: number) {
    this.#plan = plan;
    this.#concurrency = concurrency;
    this.#batchSize = Math.min(concurrency, plan.requests);
  }

  /** Says whether there is one more request to send, and counts it. */
  takeRequest(): boolean {
    if (this.#taken === this.#plan.requests) return false;
    this.#taken += 1;
    return true;
  }

  add(outcome: RequestOutcome): void {
    if ("failure" in outcome) this.#addFailure(outcome.failure, outcome.cause);
    else this.#addAnswer(outcome);
    this.#plan.onProgress({
      concurrency: this.#concurrency,
      done: this.#answered + this.#failed,
      requests: this.#plan.requests,
      hits: this.#hits,
    });
  }

  result(): LevelResult {
    const { requests, url } = this.#plan;
    if (this.#answered === 0) throw new UnreachableError(url.href, requests, { cause: this.#cause });
    const batches = Math.floor(this.#answered / this.#batchSize);
    return {
      concurrency: this.#concurrency,
      requests,
      answered: this.#answered,
      hits: this.#hits,
      interval: wilsonInterval(this.#hits, this.#answered),
      batches: {
        count: batches,
        hits: this.#hitBatches,
        interval: batches === 0 ? { low: 0, high: 1 } : wilsonInterval(this.#hitBatches, batches),
      },
      statuses: this.#statuses,
      failures: this.#failures,
      partlySearched: this.#partlySearched,
      latency: this.#percentiles(),
      samples: this.#samples,
    };
  }

  #addFailure(failure: RequestFailure, cause: unknown): void {
    this.#failed += 1;
    this.#failures[failure] += 1;
    this.#cause = cause;
  }

  #addAnswer({ status, isHit, isCut, sample, milliseconds }: Answer): void {
    this.#answered += 1;
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    // The histogram takes whole numbers from 1 up.
    this.#latency.record(Math.max(1, Math.round(milliseconds * nanosecondsInMillisecond)));
    if (isHit) {
      this.#hits += 1;
      this.#isBatchHit = true;
      if (this.#samples.length < samplesKept) this.#samples.push({ status, body: sample });
    } else if (isCut) {
      this.#partlySearched += 1;
    }
    if (this.#answered % this.#batchSize === 0) {
      if (this.#isBatchHit) this.#hitBatches += 1;
      this.#isBatchHit = false;
    }
  }

  #percentiles(): Latency {
    const at = (percentile: number): number => this.#latency.percentile(percentile) / nanosecondsInMillisecond;
    return { p50: at(50), p90: at(90), p95: at(95), p99: at(99), max: this.#latency.max / nanosecondsInMillisecond };
  }
}
