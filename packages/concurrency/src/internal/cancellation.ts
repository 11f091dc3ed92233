/**
 * One request to cancel: who asked, why, and the error that it becomes at every wait it reaches.
 *
 * All waits that one request ends are rejected with the same error object: capturing a stack for each
 * costs several microseconds a wait, and the stack of the request is the one worth reading.
 *
 * @module
 */
import { CancelledError, type HoldfastError } from "../errors.ts";

/**
 * What asked for a cancellation: `cancel()`, a deadline, a failed sibling, an AbortSignal, leaving a scope
 * while work in it still ran, or closing an owner.
 */
export type CancelSource = "explicit" | "deadline" | "failure" | "signal" | "left" | "closed";

/** A request to cancel a scope; immutable, shared by all that it reaches. */
export class Cancellation {
  readonly source: CancelSource;
  readonly reason: unknown;
  /** The name of the task that asked, or failed; absent for deadlines, signals and code outside a task. */
  readonly by: string | undefined;
  /** What every wait that is reached throws. */
  readonly error: HoldfastError;

  constructor(source: CancelSource, reason?: unknown, scopeName?: string, by?: string, error?: HoldfastError) {
    this.source = source;
    this.reason = reason;
    this.by = by;
    this.error = error ?? new CancelledError(source, reason, scopeName, by);
  }
}
