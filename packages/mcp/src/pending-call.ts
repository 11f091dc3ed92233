/**
 * A call that waits for its answer. Everything that can end it (the answer, a cancellation, the caller's signal, the loss of its
 * connection) ends it here, without a promise or a signal for each.
 *
 * @module
 */
import { Event, runDetached } from "@holdfast/concurrency";
import type { CallRecord } from "./call-record.ts";
import type { Due } from "./deadlines.ts";
import { McpCallTimeoutError } from "./errors.ts";

/** What the server is told of a cancelled call. The real reason is the caller's own affair. */
const CANCEL_REASON = "the caller no longer waits for the answer";

/**
 * As much of an AbortSignal as the official client asks of the one that it is given with a request. A real one, with its
 * controller and the maps of its listeners, weighs a kilobyte.
 */
class CallSignal {
  aborted = false;
  reason: unknown = undefined;
  #listeners: (() => void)[] | undefined = undefined;

  addEventListener(_type: "abort", listener: () => void): void {
    (this.#listeners ??= []).push(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    const index = this.#listeners?.indexOf(listener) ?? -1;
    if (index !== -1) this.#listeners?.splice(index, 1);
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const listeners = this.#listeners ?? [];
    this.#listeners = undefined;
    for (const listener of listeners) listener();
  }
}

export class PendingCall<T> implements Due {
  readonly record: CallRecord;
  due: number = Infinity;
  /** Its limit in milliseconds, for the error; undefined where whoever makes the call sees to that. */
  readonly #limit: number | undefined;
  readonly #signal = new CallSignal();
  readonly #answered = new Event();
  #value: T | undefined = undefined;
  #failure: { readonly error: unknown } | undefined = undefined;

  constructor(record: CallRecord, limit: number | undefined) {
    this.record = record;
    this.#limit = limit;
  }

  expire(): void {
    const { attempted, sent } = this.record;
    this.stop(new McpCallTimeoutError(attempted, this.#limit ?? Infinity, sent));
  }

  /** Aborts when nobody waits for the answer any more; for the official client. */
  get signal(): AbortSignal {
    return this.#signal as unknown as AbortSignal;
  }

  /** Ends it with the answer; does nothing when it has ended. */
  settle(value: T): void {
    if (this.#answered.isSet) return;
    this.#value = value;
    this.#answered.set();
  }

  /** Ends it with an error; does nothing when it has ended. */
  fail(error: unknown): void {
    if (this.#answered.isSet) return;
    this.#failure = { error };
    this.#answered.set();
  }

  /** Ends it with an error, and lets go of the request: what is not sent yet never is, and the server is told of the rest. */
  stop(error: unknown): void {
    if (this.#answered.isSet) return;
    this.fail(error);
    this.#abort();
  }

  /** Ends it when the caller's signal aborts, until the function that this gives is called. */
  follow(signal: AbortSignal): () => void {
    const onAbort = (): void => this.stop(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    return () => signal.removeEventListener("abort", onAbort);
  }

  /**
   * Waits until it has ended.
   *
   * **Cancellation:** ends the waiting alone.
   */
  ended(): Promise<void> {
    return this.#answered.wait();
  }

  /**
   * What it ended with.
   *
   * @throws what it failed with.
   */
  get result(): T {
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#value as T;
  }

  /** Lets go of the request, unless it has ended. */
  letGo(): void {
    if (!this.#answered.isSet) this.#abort();
  }

  #abort(): void {
    runDetached(() => this.#signal.abort(CANCEL_REASON));
  }
}
