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
  readonly scopeName: string | undefined;
  /** What every wait that is reached throws, once there is one. Not private: another copy of the package may ask. */
  thrown: HoldfastError | undefined;

  constructor(source: CancelSource, reason?: unknown, scopeName?: string, by?: string, error?: HoldfastError) {
    this.source = source;
    this.reason = reason;
    this.by = by;
    this.scopeName = scopeName;
    // The stack of a request is where somebody asked. That of a failed task says nothing, and often there is nobody left to cancel.
    this.thrown = error ?? (source === "failure" ? undefined : new CancelledError(source, reason, scopeName, by));
  }

  /** What every wait that is reached throws. */
  get error(): HoldfastError {
    return (this.thrown ??= new CancelledError(this.source, this.reason, this.scopeName, this.by));
  }

  /** Whether an error is the one that waits throw, without making it. */
  isThrown(error: unknown): boolean {
    return this.thrown !== undefined && this.thrown === error;
  }
}
