/**
 * How a call ended, in one word: for counting, for logs, and for deciding what comes next.
 *
 * @module
 */
import { isCancelled } from "@holdfast/concurrency";
import { McpError, type McpErrorKind } from "./errors.ts";

/** How a call ended that has no result. */
export type McpOutcome = McpErrorKind | "cancelled";

/** What the platform aborts with where no reason is given: `abort()`, and `AbortSignal.timeout()`. */
const abortNames: ReadonlySet<string> = new Set(["AbortError", "TimeoutError"]);

/**
 * Says how a call ended by what it threw; undefined for what is no end of a call, such as a TypeError of bad arguments.
 *
 * Cancelled is a call whose scope was cancelled, or whose signal aborted. A signal that was aborted with a reason of your
 * own is told by giving the signal as well, for the reason alone could be anything.
 */
export function outcomeOf(error: unknown, signal?: AbortSignal): McpOutcome | undefined {
  if (error instanceof McpError) return error.kind;
  if (isCancelled(error)) return "cancelled";
  if (error instanceof DOMException && abortNames.has(error.name)) return "cancelled";
  return signal?.aborted === true && signal.reason === error ? "cancelled" : undefined;
}
