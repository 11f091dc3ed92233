/**
 * Several errors as one, and the taking apart of such groups. Whatever runs several tasks throws a group even for one
 * failure, so that code which handles it works the same on the day when two things fail at once.
 *
 * @module
 */
import { isCancelled, TaskFailedError, textOf } from "./errors.ts";

/**
 * The errors of a task group, the body's own first, then those of its tasks in the order in which they failed.
 *
 * Its message ends with the message of the first leaf, so that a log which prints only messages still carries the
 * text that a reader will search for.
 */
export class ExceptionGroup extends AggregateError {
  readonly code = "EXCEPTION_GROUP";

  constructor(errors: readonly unknown[], what = "unhandled errors in a task group") {
    super(errors, `${what} (${errors.length})${leafMessage(errors)}`);
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

/**
 * Whether an error is a cancellation and nothing else: alone, or as every leaf of a group.
 *
 * @param counts which leaves are taken for cancellations.
 */
export function isOnlyCancelled(error: unknown, counts: (leaf: unknown) => boolean = isCancelled): boolean {
  const leaves = leafErrors(error);
  return leaves.length > 0 && leaves.every(counts);
}

/** What is left of an error that is not only a cancellation when the cancellations in it are taken out. */
export function withoutCancelled(error: unknown, counts: (leaf: unknown) => boolean = isCancelled): unknown {
  if (error instanceof SuppressedError) {
    const leaves = leafErrors(error);
    const rest = leaves.filter((leaf) => !counts(leaf));
    if (rest.length === leaves.length) return error;
    return rest.length > 1 ? new ExceptionGroup(rest) : rest[0];
  }
  if (!isExceptionGroup(error)) return error;
  const rest = error.errors
    .filter((member) => !isOnlyCancelled(member, counts))
    .map((member) => withoutCancelled(member, counts));
  const isWhole = rest.length === error.errors.length && rest.every((member, index) => member === error.errors[index]);
  if (isWhole) return error;
  const derived = new ExceptionGroup(rest);
  if (error.cause !== undefined) derived.cause = error.cause;
  return derived;
}

/** Drops a handle's error when the group holds the failure itself: it would tell the same thing twice. */
export function withoutRepeats(errors: readonly unknown[]): unknown[] {
  return errors.filter(
    (error) => !(error instanceof TaskFailedError) || !errors.some((other) => other !== error && other === error.cause),
  );
}

/** By its code, so that it holds across two installed copies of the package. */
function isExceptionGroup(error: unknown): error is AggregateError {
  return error instanceof AggregateError && (error as { code?: unknown }).code === "EXCEPTION_GROUP";
}

function leafMessage(errors: readonly unknown[]): string {
  const leaves = errors.flatMap(leafErrors);
  const failure = leaves.findIndex((leaf) => !isCancelled(leaf));
  return leaves.length === 0 ? "" : `: ${textOf(leaves[Math.max(failure, 0)])}`;
}
