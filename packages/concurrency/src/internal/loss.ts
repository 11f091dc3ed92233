/**
 * Watching for the loss of a value: a signal that aborts when the value has died by itself, or a promise that settles.
 *
 * @module
 */
import { runDetached } from "../context.ts";
import { onAbort } from "./abort-listeners.ts";

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

interface Watch {
  readonly then: LossListener;
}

/** One reaction a promise, which lives as long as the promise, however many generations one after another watch it. */
const watches = new WeakMap<PromiseLike<unknown>, Set<Watch>>();

function watchPromise(lost: PromiseLike<unknown>, then: LossListener): () => void {
  const watch = { then };
  const all = watchesOf(lost).add(watch);
  return () => void all.delete(watch);
}

function watchesOf(lost: PromiseLike<unknown>): Set<Watch> {
  const known = watches.get(lost);
  if (known !== undefined) return known;
  const created = new Set<Watch>();
  watches.set(lost, created);
  const tell: LossListener = (error, value) => {
    watches.delete(lost);
    for (const { then } of created) then(error, value);
  };
  runDetached(() => {
    // Many a promise of an end is fulfilled with the reason.
    const fulfilled = (value: unknown): void => (value instanceof Error ? tell(value) : tell(undefined, value));
    Promise.resolve(lost).then(fulfilled, tell);
  });
  return created;
}
