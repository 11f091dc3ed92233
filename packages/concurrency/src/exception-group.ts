/**
 * Several failures as one error. A task group always throws one of these, even for one
 * failure, so that code which handles it works the same on the day when two things fail at once.
 *
 * @module
 */
import { isCancellation, isCancelled, textOf } from "./errors.ts";

/**
 * The errors of a task group, the body's own first, then those of its tasks in the order in which they failed.
 *
 * Its message ends with the message of the first leaf, so that a log which prints only messages still carries the
 * text that a reader will search for.
 *
 * ```ts run
 * import { ExceptionGroup } from "@holdfast/concurrency";
 * const group = new ExceptionGroup([new TypeError("a"), new ExceptionGroup([new RangeError("b")])]);
 * const [types, rest] = group.split((error) => error instanceof TypeError);
 * types?.errors; // => [new TypeError("a")]
 * rest?.message; // => "unhandled errors in a task group (1): b"
 * ```
 */
export class ExceptionGroup extends AggregateError {
  readonly code = "EXCEPTION_GROUP";
  readonly #what: string;

  constructor(errors: readonly unknown[], what = "unhandled errors in a task group") {
    super(errors, `${what} (${errors.length})${leafMessage(errors)}`);
    this.#what = what;
  }

  static {
    Object.defineProperty(this.prototype, "name", { value: "ExceptionGroup", configurable: true, writable: true });
  }

  /**
   * The part of the group that matches and the part that does not, each with the nesting, the cause and the stack of
   * the original, and undefined where nothing is left. A member that matches as a whole, group or not, is taken whole.
   */
  split(
    matches: (error: unknown) => boolean,
  ): [matching: ExceptionGroup | undefined, rest: ExceptionGroup | undefined] {
    if (matches(this)) return [this, undefined];
    const matching: unknown[] = [];
    const rest: unknown[] = [];
    for (const member of this.errors as unknown[]) {
      if (isExceptionGroup(member)) {
        const [inside, outside] = member.split(matches);
        if (inside !== undefined) matching.push(inside);
        if (outside !== undefined) rest.push(outside);
      } else (matches(member) ? matching : rest).push(member);
    }
    return [this.#part(matching), this.#part(rest)];
  }

  /** The part of the group that matches, as `split` gives it first. */
  subgroup(matches: (error: unknown) => boolean): ExceptionGroup | undefined {
    return this.split(matches)[0];
  }

  /** A group of other members that tells of the same event: with the words, the cause and the stack of this one. */
  derive(errors: readonly unknown[]): ExceptionGroup {
    const derived = new ExceptionGroup(errors, this.#what);
    if (Object.hasOwn(this, "cause")) derived.cause = this.cause;
    if (this.stack !== undefined) derived.stack = this.stack;
    return derived;
  }

  /** Undefined for nothing, and the group itself for all that it has. */
  #part(errors: readonly unknown[]): ExceptionGroup | undefined {
    if (errors.length === 0) return undefined;
    const isWhole = errors.length === this.errors.length && errors.every((error, at) => error === this.errors[at]);
    return isWhole ? this : this.derive(errors);
  }
}

/**
 * The leaves of an error: of a group, those of its members in order; of a SuppressedError, the suppressed one before
 * the one that replaced it; of anything else, the thing itself.
 */
export function leafErrors(error: unknown): unknown[] {
  const leaves: unknown[] = [];
  someLeaf(error, (leaf) => {
    leaves.push(leaf);
    return false;
  });
  return leaves;
}

/**
 * Whether an error is a cancellation and nothing else: alone, or as every leaf of a group.
 *
 * @param counts which leaves are taken for cancellations.
 */
export function isOnlyCancelled(error: unknown, counts: (leaf: unknown) => boolean = isCancellation): boolean {
  // The usual case, without a closure: the engine may hold on to the last that was made, and so to the task that asks.
  if (!isCompound(error)) return counts(error);
  let isEmpty = true;
  const isOther = (leaf: unknown): boolean => {
    isEmpty = false;
    return !counts(leaf);
  };
  return !someLeaf(error, isOther) && !isEmpty;
}

/** The cancellation that a leaf is, or that a foreign function wrapped in an error of its own. */
export function cancellationOf(error: unknown): unknown {
  let leaf: unknown;
  someLeaf(error, (first) => {
    leaf = first;
    return true;
  });
  return isCancelled(leaf) || !isCancellation(leaf) ? leaf : (leaf as Error).cause;
}

/** What is left of an error that is not only a cancellation when the cancellations in it are taken out. */
export function withoutCancelled(error: unknown, counts: (leaf: unknown) => boolean = isCancellation): unknown {
  if (!isCompound(error)) return error;
  // Most have none, and a group that came from far down was freed of its own at every level: it is looked through once.
  if (!someLeaf(error, counts)) return error;
  if (error instanceof SuppressedError) {
    const rest = leafErrors(error).filter((leaf) => !counts(leaf));
    return rest.length > 1 ? new ExceptionGroup(rest) : rest[0];
  }
  if (!isExceptionGroup(error)) return error;
  const rest = error.errors
    .filter((member) => !isOnlyCancelled(member, counts))
    .map((member) => withoutCancelled(member, counts));
  const isWhole = rest.length === error.errors.length && rest.every((member, index) => member === error.errors[index]);
  if (isWhole) return error;
  return error.derive(rest);
}

/** Drops a handle's error when the group holds the failure itself: it would tell the same thing twice. */
export function withoutRepeats(errors: readonly unknown[]): readonly unknown[] {
  if (errors.length <= 1) return errors;
  const all = new Set(errors);
  return errors.filter((error) => !isTaskFailed(error) || !all.has(error.cause));
}

/** By their codes, so that it holds across two installed copies of the package. */
function isExceptionGroup(error: unknown): error is ExceptionGroup {
  return error instanceof AggregateError && (error as { code?: unknown }).code === "EXCEPTION_GROUP";
}

function isTaskFailed(error: unknown): error is Error {
  return error instanceof Error && (error as { code?: unknown }).code === "TASK_FAILED";
}

function isCompound(error: unknown): error is AggregateError | SuppressedError {
  return error instanceof AggregateError || error instanceof SuppressedError;
}

/**
 * Whether a test holds for a leaf, asked one after the other up to the first for which it does; without recursion, as groups
 * nest as deep as tasks do.
 */
function someLeaf(error: unknown, test: (leaf: unknown) => boolean): boolean {
  // The usual case, without making a list of it.
  if (!isCompound(error)) return test(error);
  const rest: unknown[] = [error];
  while (rest.length > 0) {
    const next = rest.pop();
    if (next instanceof AggregateError) {
      const members: readonly unknown[] = next.errors;
      for (let index = members.length - 1; index >= 0; index--) rest.push(members[index]);
    } else if (next instanceof SuppressedError) rest.push(next.error, next.suppressed);
    else if (test(next)) return true;
  }
  return false;
}

/** The first leaf that is no cancellation; the first of all when there is none. */
function leafMessage(errors: readonly unknown[]): string {
  let first: unknown;
  let isEmpty = true;
  const isTold = (leaf: unknown): boolean => {
    const isFailure = !isCancelled(leaf);
    if (isEmpty || isFailure) first = leaf;
    isEmpty = false;
    return isFailure;
  };
  for (const error of errors) if (someLeaf(error, isTold)) break;
  return isEmpty ? "" : `: ${textOf(first)}`;
}
