/**
 * Finds out whether this engine disposes of every `using` variable. Node 24.0 to 24.4 never dispose of one that a closure
 * captures, without a word: locks stay locked, leases stay out. Such a Node is refused when the package is loaded.
 *
 * @module
 */
import { UnsupportedNodeError } from "../errors.ts";

/** Whether a `using` variable that a closure captures is disposed of at the end of its block. */
export function disposesCaptured(): boolean {
  let isDisposed = false;
  {
    using resource = {
      [Symbol.dispose]: (): void => {
        isDisposed = true;
      },
    };
    // The capture is what the fault is about; the closure is never called.
    void ((): unknown => resource);
  }
  return isDisposed;
}

/** @throws UnsupportedNodeError on an engine with the fault. */
export function requireSoundUsing(probe: () => boolean = disposesCaptured): void {
  if (!probe()) throw new UnsupportedNodeError();
}
