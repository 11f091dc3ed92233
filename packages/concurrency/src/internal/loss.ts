/**
 * Watching for the loss of a value: a signal that aborts when the value has died by itself, or a promise that settles.
 *
 * @module
 */
import { onAbort } from "./abort-listeners.ts";
import { type PromiseWatcher, watchersOf } from "./promise-watch.ts";

/** What says that a value died. */
export type Loss = AbortSignal | PromiseLike<unknown>;

/** Told of the loss: why, where an error says so, and else what the promise gave. */
type LossListener = (error: unknown, value?: unknown) => void;

/**
 * What was given as the sign of a loss. By what it can do, not by its class: a signal of another make, taken for a promise,
 * would say at once that the value is lost.
 *
 * @throws TypeError for what can say nothing.
 */
export function checkLoss(lost: Loss | undefined): Loss | undefined {
  if (
    lost === undefined ||
    isSignal(lost) ||
    typeof (lost as Partial<PromiseLike<unknown>> | null)?.then === "function"
  )
    return lost;
  const given = lost === null ? "null" : typeof lost;
  throw new TypeError(`lost is an AbortSignal or a promise, and ${given} is neither`);
}

/** Calls back once when a value is lost, at once when its signal has aborted; gives what ends the watch. */
export function watchLoss(lost: Loss, then: LossListener): () => void {
  if (!isSignal(lost)) return watchPromise(lost, then);
  if (!lost.aborted) return onAbort(lost, () => then(lost.reason));
  then(lost.reason);
  return () => {};
}

function isSignal(lost: Loss): lost is AbortSignal {
  const { addEventListener, aborted } = (lost ?? {}) as Partial<AbortSignal>;
  return typeof addEventListener === "function" && typeof aborted === "boolean";
}

function watchPromise(lost: PromiseLike<unknown>, then: LossListener): () => void {
  const watchers = watchersOf(lost);
  const watcher: PromiseWatcher = {
    // Many a promise of an end is fulfilled with the reason.
    settle: (value) => (value instanceof Error ? then(value) : then(undefined, value)),
    fail: (error) => then(error),
  };
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}
