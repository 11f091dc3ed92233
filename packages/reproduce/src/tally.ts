/**
 * Counts what the requests of a level gave.
 *
 * @module
 */
import { createHistogram } from "node:perf_hooks";
import { UnreachableError } from "./errors.ts";
import type { Latency, LevelResult, Sample } from "./level.ts";
import type { Plan } from "./options.ts";
import type { Answer, RequestFailure, RequestOutcome } from "./outcome.ts";
import { predictBurst, type Predicted, predictOverlap } from "./prediction.ts";
import { SequentialDecision } from "./sequential-test.ts";
import { wilsonInterval } from "./statistics.ts";

const samplesKept = 5;
const nanosecondsInMillisecond = 1e6;
/** A curve has a point for every so many percent. */
const curveStep = 2;

/** One level, while it is measured. */
export class Tally {
  readonly #plan: Plan;
  readonly #concurrency: number;
  readonly #batchSize: number;
  readonly #latency = createHistogram();
  readonly #statuses = new Map<number, number>();
  readonly #failures: Record<RequestFailure, number> = { refused: 0, reset: 0, timeout: 0, other: 0 };
  readonly #samples: Sample[] = [];
  readonly #decision: SequentialDecision | undefined;
  readonly #began = performance.now();
  #taken = 0;
  #answered = 0;
  #failed = 0;
  #hits = 0;
  #partlySearched = 0;
  #delayed = 0;
  #batches = 0;
  #hitBatches = 0;
  #isBatchHit = false;
  /** Requests of the batch under way that are over. */
  #inBatch = 0;
  #cause: unknown;

  constructor(plan: Plan, concurrency: number) {
    this.#plan = plan;
    this.#concurrency = concurrency;
    this.#batchSize = Math.min(concurrency, plan.requests);
    this.#decision = plan.sprt === undefined ? undefined : new SequentialDecision(plan.sprt);
  }

  /** Says whether there is one more request to send, and counts it. */
  take(): boolean {
    if (this.#taken === this.#plan.requests || this.#decision?.isMade === true) return false;
    this.#taken += 1;
    return true;
  }

  /** How many may be sent at once. */
  get left(): number {
    return this.#decision?.isMade === true ? 0 : this.#plan.requests - this.#taken;
  }

  /** Counts a request that had to wait for another to end. */
  delay(): void {
    this.#delayed += 1;
  }

  add(outcome: RequestOutcome): void {
    if ("failure" in outcome) this.#addFailure(outcome.failure, outcome.cause);
    else this.#addAnswer(outcome);
    this.#plan.onProgress?.({
      concurrency: this.#concurrency,
      done: this.#answered + this.#failed,
      requests: this.#plan.requests,
      hits: this.#hits,
    });
  }

  /** Ends a batch, which a burst does even when not all of it was answered: a hit when there was one in it; one without a hit counts only when all of it was answered. */
  endBurst(): void {
    if (this.#isBatchHit || this.#inBatch === this.#batchSize) this.#countBatch();
    this.#inBatch = 0;
    this.#isBatchHit = false;
  }

  result(): LevelResult {
    if (this.#answered === 0) throw new UnreachableError(this.#plan.shown.url, this.#taken, { cause: this.#cause });
    const elapsedMs = performance.now() - this.#began;
    return {
      concurrency: this.#concurrency,
      requests: this.#taken,
      answered: this.#answered,
      hits: this.#hits,
      interval: wilsonInterval(this.#hits, this.#answered),
      batches: {
        count: this.#batches,
        hits: this.#hitBatches,
        interval: this.#batches === 0 ? { low: 0, high: 1 } : wilsonInterval(this.#hitBatches, this.#batches),
      },
      statuses: Object.fromEntries(this.#statuses),
      failures: this.#failures,
      partlySearched: this.#partlySearched,
      delayed: this.#delayed,
      elapsedMs,
      latency: this.#percentiles(),
      latencyCurve: Array.from({ length: 100 / curveStep + 1 }, (_, index) => this.#percentile(index * curveStep)),
      samples: this.#samples,
      sprt: this.#decision?.result() ?? null,
      predicted: this.#predict(elapsedMs),
    };
  }

  #addFailure(failure: RequestFailure, cause: unknown): void {
    this.#failed += 1;
    this.#failures[failure] += 1;
    this.#cause = cause;
  }

  #addAnswer({ status, isHit, isCut, sample, milliseconds }: Answer): void {
    this.#answered += 1;
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    // The histogram takes whole numbers from 1 up.
    this.#latency.record(Math.max(1, Math.round(milliseconds * nanosecondsInMillisecond)));
    if (isHit) {
      this.#hits += 1;
      this.#isBatchHit = true;
      if (this.#samples.length < samplesKept) this.#samples.push({ status, body: sample });
    } else if (isCut) {
      this.#partlySearched += 1;
    }
    this.#decision?.add(isHit);
    this.#inBatch += 1;
    if (this.#inBatch === this.#batchSize) this.endBurst();
  }

  #countBatch(): void {
    this.#batches += 1;
    if (this.#isBatchHit) this.#hitBatches += 1;
  }

  #percentiles(): Latency {
    const at = (percentile: number): number => this.#percentile(percentile);
    return { p50: at(50), p90: at(90), p95: at(95), p99: at(99), max: this.#latency.max / nanosecondsInMillisecond };
  }

  #percentile(percentile: number): number {
    const time = percentile === 0 ? this.#latency.min : this.#latency.percentile(percentile);
    return time / nanosecondsInMillisecond;
  }

  /** In a closed loop only where it is known how long the connection is held: it is less than a whole request takes. */
  #predict(elapsedMs: number): Predicted | null {
    const { arrival, holdMs } = this.#plan;
    if (arrival === "burst") return predictBurst(this.#batchSize);
    if (arrival !== "closed") {
      return predictOverlap((arrival.rate / 1_000) * (holdMs ?? this.#latency.mean / nanosecondsInMillisecond));
    }
    if (holdMs === undefined) return null;
    // One of them waits for its own answer, so it meets only what the others send.
    const others = 1 - 1 / this.#batchSize;
    return predictOverlap(((this.#answered + this.#failed) / elapsedMs) * holdMs * others);
  }
}
