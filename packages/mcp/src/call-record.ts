/**
 * What is known about one call while it is under way. Its errors are made from this, not from the texts of others.
 *
 * @module
 */
import { failAfter, TimeoutError } from "@holdfast/concurrency";
import { McpCallTimeoutError } from "./errors.ts";

/** The record of one call. */
export interface CallRecord {
  /** In words, for its errors: `calling tool "search" of triage`. */
  readonly attempted: string;
  /** Whether it was handed to the transport, so that the server may have run it. */
  sent: boolean;
}

/**
 * Makes a call within its time limit.
 *
 * **Cancellation:** as `fn`.
 *
 * @throws {@link McpCallTimeoutError} when time is up and `fn` has unwound.
 */
export async function withinLimit<T>(record: CallRecord, timeout: number | null, fn: () => Promise<T>): Promise<T> {
  try {
    return await failAfter(timeout, fn);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    throw new McpCallTimeoutError(record.attempted, error.timeout, record.sent);
  }
}

/**
 * A signal of the call's own that follows the caller's. One that many calls share would have a listener of each, which
 * makes every further one dearer, and Node warn of a leak at the eleventh.
 */
export function ownSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  return signal && AbortSignal.any([signal]);
}
