/**
 * Time limits on a callback: those that fail when time is up, and those that go on without a result.
 *
 * @module
 */
import { CancelScope } from "./cancel-scope.ts";
import { storage } from "./context.ts";
import { guarded, isCancelledHere } from "./internal/guarded.ts";
import { currentRuntime } from "./internal/waiter.ts";
import { TimeoutError } from "./scope-errors.ts";

/** Options of {@link failAfter} and {@link failAt}. */
export interface FailOptions {
  /** Ends the message of the TimeoutError, to say what it was that took too long. */
  readonly reason?: string;
  /** Keeps the cancellation of enclosing scopes out. */
  readonly shield?: boolean;
}

/** Options of {@link moveOnAfter} and {@link moveOnAt}. */
export interface MoveOnOptions {
  /** Keeps the cancellation of enclosing scopes out. */
  readonly shield?: boolean;
}

/**
 * Runs a function and fails when it takes longer than `timeout` milliseconds; `null` sets no limit.
 *
 * **Cancellation:** when time is up everything inside is cancelled and unwound first.
 *
 * @throws {@link TimeoutError} when the deadline stopped the function, never when it was cancelled by hand; RangeError for
 * a timeout that is negative or not a number.
 *
 * ```ts run
 * import { failAfter, sleep } from "@holdfast/concurrency";
 * const code = await failAfter(5, () => sleep(5_000)).catch((error) => error.code);
 * code; // => "SCOPE_TIMEOUT"
 * ```
 */
export function failAfter<T>(
  timeout: number | null,
  fn: (scope: CancelScope) => PromiseLike<T> | T,
  options: FailOptions = {},
): Promise<T> {
  const { reason, shield = false } = options;
  try {
    const scope = new CancelScope({ timeout, shield, name: `failAfter(${timeout})` });
    return failing(scope, fn, () => new TimeoutError(timeout ?? Infinity, undefined, reason));
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Runs a function and fails when it is not done at `deadline`, an absolute time as `currentTime()` gives; `null` sets no
 * limit.
 *
 * **Cancellation:** when time is up everything inside is cancelled and unwound first.
 *
 * @throws {@link TimeoutError} when the deadline stopped the function, never when it was cancelled by hand; RangeError for
 * a deadline that is not a number.
 */
export function failAt<T>(
  deadline: number | null,
  fn: (scope: CancelScope) => PromiseLike<T> | T,
  options: FailOptions = {},
): Promise<T> {
  const { reason, shield = false } = options;
  try {
    const scope = new CancelScope({ deadline: deadline ?? Infinity, shield, name: `failAt(${deadline})` });
    const given = Math.max(0, (deadline ?? Infinity) - currentRuntime().now());
    return failing(scope, fn, () => new TimeoutError(given, `the body of failAt(${deadline})`, reason));
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Runs a function for at most `timeout` milliseconds and goes on: gives its value, or undefined when time was up.
 * `null` sets no limit.
 *
 * **Cancellation:** when time is up everything inside is cancelled and unwound first.
 *
 * @throws RangeError for a timeout that is negative or not a number.
 *
 * ```ts run
 * import { moveOnAfter, sleep } from "@holdfast/concurrency";
 * await moveOnAfter(5, () => sleep(5_000).then(() => "late")); // => undefined
 * ```
 */
export function moveOnAfter<T>(
  timeout: number | null,
  fn: (scope: CancelScope) => PromiseLike<T> | T,
  options: MoveOnOptions = {},
): Promise<T | undefined> {
  const { shield = false } = options;
  try {
    return new CancelScope({ timeout, shield, name: `moveOnAfter(${timeout})` }).run(fn);
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Runs a function until `deadline`, an absolute time as `currentTime()` gives, and goes on: gives its value, or undefined
 * when time was up. `null` sets no limit.
 *
 * **Cancellation:** when time is up everything inside is cancelled and unwound first.
 *
 * @throws RangeError for a deadline that is not a number.
 */
export function moveOnAt<T>(
  deadline: number | null,
  fn: (scope: CancelScope) => PromiseLike<T> | T,
  options: MoveOnOptions = {},
): Promise<T | undefined> {
  const { shield = false } = options;
  try {
    return new CancelScope({ deadline: deadline ?? Infinity, shield, name: `moveOnAt(${deadline})` }).run(fn);
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Runs a function that cancellation from outside does not reach: for clean-up that must finish. Give it a time limit
 * of its own.
 *
 * **Cancellation:** that of enclosing scopes is felt at the first checkpoint after it.
 */
export function shielded<T>(fn: (scope: CancelScope) => PromiseLike<T> | T): Promise<T> {
  return new CancelScope({ shield: true, name: "shielded" }).run(fn) as Promise<T>;
}

/**
 * The time by which the running code must be done: the earliest deadline of the scopes around it, up to the first shield.
 * Infinity when there is none or outside every task, and -Infinity when it is cancelled already.
 */
export function currentEffectiveDeadline(): number {
  let frame = storage.getStore()?.top;
  frame?.tell("read");
  if (frame?.effective !== undefined) return -Infinity;
  let earliest = Infinity;
  for (; frame !== undefined; frame = frame.shield ? undefined : frame.parent) {
    frame.tell("read");
    if (frame.deadline !== undefined && frame.deadline < earliest) earliest = frame.deadline;
  }
  return earliest;
}

function failing<T>(
  scope: CancelScope,
  fn: (scope: CancelScope) => PromiseLike<T> | T,
  timeUp: () => TimeoutError,
): Promise<T> {
  const limited: Promise<T> = scope.run(fn).then(
    (value) => {
      if (scope.cancelledCaught && scope.cancelSource === "deadline") throw timeUp();
      return value as T;
    },
    (error: unknown) => {
      // As of the scope itself: what is cancelled and awaited by nobody is no failure.
      if (isCancelledHere(error)) void guarded(limited);
      throw error;
    },
  );
  return limited;
}
