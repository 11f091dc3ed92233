/**
 * Time limits on a callback: one that fails when time is up, one that goes on without a result.
 *
 * @module
 */
import { CancelScope } from "./cancel-scope.ts";
import { TimeoutError } from "./errors.ts";

/**
 * Runs a function and fails when it takes longer than `timeout` milliseconds; `null` sets no limit.
 *
 * **Cancellation:** when time is up everything inside is cancelled and unwound first.
 *
 * @throws {@link TimeoutError} when the deadline stopped the function, never when it was cancelled by hand.
 *
 * ```ts run
 * import { failAfter, sleep } from "@holdfast/concurrency";
 * const code = await failAfter(5, () => sleep(5_000)).catch((error) => error.code);
 * code; // => "SCOPE_TIMEOUT"
 * ```
 */
export async function failAfter<T>(timeout: number | null, fn: (scope: CancelScope) => PromiseLike<T> | T): Promise<T> {
  const scope = new CancelScope({ timeout, name: `failAfter(${timeout})` });
  const value = await scope.run(fn);
  if (scope.cancelledCaught && scope.cancelSource === "deadline") throw new TimeoutError(timeout ?? Infinity);
  return value as T;
}

/**
 * Runs a function for at most `timeout` milliseconds and goes on: gives its value, or undefined when time was up.
 * `null` sets no limit.
 *
 * **Cancellation:** when time is up everything inside is cancelled and unwound first.
 *
 * ```ts run
 * import { moveOnAfter, sleep } from "@holdfast/concurrency";
 * await moveOnAfter(5, () => sleep(5_000).then(() => "late")); // => undefined
 * ```
 */
export async function moveOnAfter<T>(
  timeout: number | null,
  fn: (scope: CancelScope) => PromiseLike<T> | T,
): Promise<T | undefined> {
  return await new CancelScope({ timeout, name: `moveOnAfter(${timeout})` }).run(fn);
}

/**
 * Runs a function that cancellation from outside does not reach: for clean-up that must finish. Give it a time limit
 * of its own.
 *
 * **Cancellation:** that of enclosing scopes is felt at the first checkpoint after it.
 */
export async function shielded<T>(fn: (scope: CancelScope) => PromiseLike<T> | T): Promise<T> {
  return (await new CancelScope({ shield: true, name: "shielded" }).run(fn)) as T;
}
