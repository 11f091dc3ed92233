/**
 * What is known about one call while it is under way. Its errors are made from this, not from the texts of others.
 *
 * @module
 */
import type { RequestOptions } from "@modelcontextprotocol/client";
import { failAfter, TimeoutError } from "@holdfast/concurrency";
import { NEVER } from "./client-timeout.ts";
import { McpCallTimeoutError } from "./errors.ts";

/** The record of one call. */
export interface CallRecord {
  /** In words, for its errors: `calling tool "search" of triage`. */
  readonly attempted: string;
  /** The tool that is called; absent for what calls none. */
  readonly tool?: string;
  /** Whether a byte of it may have left, so that the server may have run it. */
  sent: boolean;
}

/**
 * Makes a call within its time limit.
 *
 * @param told the limit that the error names, where a part of it is over already.
 *
 * **Cancellation:** as `fn`.
 *
 * @throws {@link McpCallTimeoutError} when time is up and `fn` has unwound.
 */
export async function withinLimit<T>(
  record: CallRecord,
  timeout: number | null,
  fn: () => Promise<T>,
  told: number | null = timeout,
): Promise<T> {
  try {
    return await failAfter(timeout, fn);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    throw new McpCallTimeoutError(record.attempted, told ?? error.timeout, record.sent);
  }
}

/**
 * A signal of the call's own that follows the caller's. One that many calls share would have a listener of each, which
 * makes every further one dearer, and Node warn of a leak at the eleventh.
 */
export function ownSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  return signal && AbortSignal.any([signal]);
}

/**
 * Options of a request to the official client that keep `record.sent` to the truth: false until the transport says that a
 * byte may leave, which is later than the client's handing over where a message queues for a socket or a pipe. Without them
 * a request counts as sent from the start.
 *
 * The client hands nothing else of a request through to the transport as it was given; and one that has been given a
 * resumption token by the server was sent, so the name is no lie.
 *
 * @param signal aborts when nobody waits for the answer any more.
 */
export function sentOptions(record: CallRecord, signal: AbortSignal): RequestOptions {
  record.sent = false;
  const onresumptiontoken = (): void => {
    record.sent = true;
  };
  return { signal, timeout: NEVER, onresumptiontoken };
}
