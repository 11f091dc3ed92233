/**
 * How many calls of a connection are under way at the same time, and how many may wait for that.
 *
 * @module
 */
import { CancelScope, type Hold, Semaphore } from "@holdfast/concurrency";
import type { CallRecord } from "./call-record.ts";
import { McpOverloadedError } from "./errors.ts";

/** The limits of a connection's calls. */
export interface CallLimits {
  /** Calls that are under way at the same time. */
  readonly maxInFlight: number;
  /** Calls that may wait until one of those has ended. */
  readonly maxQueue: number;
  /** Milliseconds that a call may wait there; `null` for as long as its own limit allows. */
  readonly queueTimeout: number | null;
}

/** Lets calls pass in the order in which they came. One that finds a place costs no turn and no timer. */
export class CallGate {
  readonly #limits: CallLimits;
  readonly #places: Semaphore;
  #queued = 0;

  constructor(limits: CallLimits) {
    this.#limits = limits;
    this.#places = new Semaphore(limits.maxInFlight);
  }

  /** How many calls wait for a place. */
  get queued(): number {
    return this.#queued;
  }

  /**
   * Makes a call in a place of its own.
   *
   * **Cancellation:** of the scope or by the signal: a call that waits leaves no trace. In its place as `fn`.
   *
   * @throws {@link McpOverloadedError}; the signal's reason; what `fn` throws.
   */
  async pass<T>(record: CallRecord, signal: AbortSignal | undefined, fn: () => Promise<T>): Promise<T> {
    using _place = this.tryEnter() ?? (await this.enter(record, signal));
    return await fn();
  }

  /** Takes a place where one is free; undefined otherwise. While one is free nobody waits, so this overtakes none. */
  tryEnter(): Hold | undefined {
    return this.#places.value > 0 ? this.#places.acquireNoWait() : undefined;
  }

  /**
   * Waits for a place.
   *
   * **Cancellation:** of the scope or by the signal: leaves no trace.
   *
   * @throws {@link McpOverloadedError}; the signal's reason.
   */
  async enter(record: CallRecord, signal: AbortSignal | undefined): Promise<Hold> {
    const { maxQueue, queueTimeout } = this.#limits;
    if (this.#queued >= maxQueue) throw this.#overloaded(record, undefined);
    const scope = new CancelScope({ timeout: queueTimeout, ...(signal && { signal }) });
    let place: Hold | undefined;
    this.#queued += 1;
    try {
      await scope.run(async () => {
        place = await this.#places.acquire();
      });
    } finally {
      this.#queued -= 1;
    }
    // Also when the call was cancelled in the turn in which it was handed over: the next cancel point is in the call.
    if (place !== undefined) return place;
    signal?.throwIfAborted();
    throw this.#overloaded(record, queueTimeout ?? 0);
  }

  #overloaded({ attempted }: CallRecord, waited: number | undefined): McpOverloadedError {
    const inFlight = this.#limits.maxInFlight - this.#places.value;
    return new McpOverloadedError(attempted, { inFlight, queue: this.#queued, waited });
  }
}
