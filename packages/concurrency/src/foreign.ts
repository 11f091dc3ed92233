/**
 * The border to code that knows nothing of scopes: promises of other libraries, and functions that take an AbortSignal.
 *
 * @module
 */
import { isCancelled } from "./errors.ts";
import { guardedCall } from "./internal/guarded.ts";
import { watchersOf } from "./internal/promise-watch.ts";
import { look } from "./internal/touch.ts";
import { beginWait, currentFrame, rejected, type Waiter } from "./internal/waiter.ts";

/**
 * Waits for a promise that the library did not make, and stops waiting when the scope is cancelled. It cannot stop
 * the work behind the promise: use {@link withSignal} where that takes an AbortSignal.
 *
 * **Cancellation:** ends the wait; what the promise gives later is dropped, and nothing is kept for it.
 */
export function cancellable<T>(promise: PromiseLike<T>): Promise<T> {
  if (!isPromiseLike(promise)) {
    return rejected(
      new TypeError(`cancellable() takes a promise, and ${promise === null ? "null" : typeof promise} is not one`),
    );
  }
  // First, so that the failure of a promise that is given up on never surfaces as unhandled.
  const watchers = watchersOf(promise);
  try {
    const wait = beginWait<T>("a promise");
    const watcher = wait as Waiter<unknown>;
    watchers.add(watcher);
    wait.onCancel = () => {
      look(promise, wait.runtime);
      watchers.delete(watcher);
    };
    return wait.promise;
  } catch (error) {
    return rejected(error);
  }
}

/**
 * Gives a function an AbortSignal that aborts when the current scope is cancelled, and waits until the function has
 * settled: for `fetch`, timers, child processes and clients.
 *
 * The signal is made for this call alone, because a listener on a long-lived signal costs more with every other one.
 *
 * **Cancellation:** aborts the signal. When the function then rejects, the cancellation is thrown in its place; when
 * it gives a value all the same, that value is given.
 */
export function withSignal<T>(fn: (signal: AbortSignal) => PromiseLike<T> | T): Promise<T> {
  return guardedCall(() => callWithSignal(fn));
}

async function callWithSignal<T>(fn: (signal: AbortSignal) => PromiseLike<T> | T): Promise<T> {
  const controller = new AbortController();
  const frame = currentFrame("withSignal()");
  if (frame === undefined) return await fn(controller.signal);
  const wait = beginWait<void>("a function with a signal");
  wait.onCancel = () => controller.abort(frame.effective?.error);
  try {
    return await fn(controller.signal);
  } catch (error) {
    if (controller.signal.aborted && !isCancelled(error)) throw controller.signal.reason;
    throw error;
  } finally {
    wait.settle();
  }
}

function isPromiseLike(value: unknown): boolean {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
