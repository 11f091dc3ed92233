/**
 * The rejections that nobody has to handle: those of what the library itself waits for.
 *
 * @module
 */
import { storage } from "../context.ts";
import { isCancellation } from "../errors.ts";

/** A promise whose rejection is no unhandled one: of two waits that are cancelled together, often only one is awaited. */
export function guarded<T>(promise: Promise<T>): Promise<T> {
  promise.then(undefined, ignore);
  return promise;
}

/**
 * Calls an async function. A cancellation that it ends with is no unhandled rejection, as it is none at the wait that it
 * came from; every other failure is.
 */
export function guardedCall<T>(fn: () => Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  fn().then(resolve, (error: unknown) => {
    if (isCancelledHere(error)) void guarded(promise);
    reject(error);
  });
  return promise;
}

/** Whether an error is a cancellation, or what one throws in its place where the code runs that is called. */
export function isCancelledHere(error: unknown): boolean {
  return isCancellation(error) || storage.getStore()?.top.effective?.isThrown(error) === true;
}

function ignore(): void {}
