/**
 * The test that stands at the head of every wait, for those that may have nothing to wait for.
 *
 * @module
 */
import type { Frame } from "./frame.ts";
import { currentFrame } from "./waiter.ts";

/**
 * Throws what a wait would throw at once, and otherwise gives the innermost open scope of the running code; undefined
 * outside every task.
 *
 * @throws CancelledError, TaskFinishedError
 */
export function cancelPoint(what: string): Frame | undefined {
  const frame = currentFrame(what);
  if (frame?.effective !== undefined) throw frame.effective.error;
  return frame;
}
