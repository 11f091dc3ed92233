/**
 * Several errors as one, and the taking apart of such groups. Whatever runs several tasks throws a group even for one
 * failure, so that code which handles it works the same on the day when two things fail at once.
 *
 * @module
 */
import { isCancelled, TaskFailedError } from "./errors.ts";

/**
 * The errors of a task group, the body's own first, then those of its tasks in the order in which they failed.
 *
 * Its message ends with the message of the first leaf, so that a log which prints only messages still carries the
 * text that a reader will search for.
 */
export class ExceptionGroup extends AggregateError {
  readonly code = "EXCEPTION_GROUP";

  constructor(errors: readonly unknown[], what = "unhandled errors in a task group") {
    super(errors, `${what} (${errors.length}): ${leafMessage(errors)}`);
  }

  static {
    Object.defineProperty(this.prototype, "name", { value: "ExceptionGroup", configurable: true, writable: true });
  }
}

/**
 * The leaves of an error: of a group, those of its members in order; of a SuppressedError, the suppressed one before
 * the one that replaced it; of anything else, the thing itself.
 */
export function leafErrors(error: unknown): unknown[] {
  if (error instanceof SuppressedError) return [...leafErrors(error.suppressed), ...leafErrors(error.error)];
  if (error instanceof AggregateError) return error.errors.flatMap(leafErrors);
  return [error];
}

/** What is left of an error when the cancellations are taken out; undefined when nothing is. */
export function withoutCancelled(error: unknown): unknown {
  if (isCancelled(error)) return undefined;
  if (error instanceof SuppressedError && leafErrors(error).some(isCancelled)) {
    const rest = leafErrors(error).filter((leaf) => !isCancelled(leaf));
    return rest.length > 1 ? new ExceptionGroup(rest) : rest[0];
  }
  if (!(error instanceof ExceptionGroup)) return error;
  const rest = error.errors.map(withoutCancelled).filter((member) => member !== undefined);
  if (rest.length === 0) return undefined;
  if (rest.length === error.errors.length && rest.every((member, index) => member === error.errors[index])) return error;
  return new ExceptionGroup(rest);
}

/** Drops a handle's error when the group holds the failure itself: it would tell the same thing twice. */
export function withoutRepeats(errors: readonly unknown[]): unknown[] {
  return errors.filter((error) => !(error instanceof TaskFailedError) || !errors.some((other) => other !== error && other === error.cause));
}

function leafMessage(errors: readonly unknown[]): string {
  const leaves = errors.flatMap(leafErrors);
  const first = leaves.find((leaf) => !isCancelled(leaf)) ?? leaves[0];
  return first instanceof Error ? first.message : String(first);
}
