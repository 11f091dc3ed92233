/**
 * The rejections that nobody has to handle: those of what the library itself waits for.
 *
 * @module
 */

/** A promise whose rejection is no unhandled one: of two waits that are cancelled together, often only one is awaited. */
export function guarded<T>(promise: Promise<T>): Promise<T> {
  promise.then(undefined, ignore);
  return promise;
}

function ignore(): void {}
