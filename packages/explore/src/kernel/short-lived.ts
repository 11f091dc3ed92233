/**
 * Keeping the engine from taking runs for long-lived.
 *
 * @module
 */
import { setFlagsFromString } from "node:v8";

let isSaid = false;

/**
 * Says, once, that objects are to be made where they are cheap to throw away. V8 makes those of which it has seen many survive
 * among the old ones from the start; thousands of runs within one turn of the event loop mislead it, now and then, and from then on
 * each run leaves some behind that keep its other objects alive: exploring then takes twice as long. What a program does is
 * not changed by it.
 */
export function expectShortLives(): void {
  if (isSaid) return;
  isSaid = true;
  setFlagsFromString("--no-allocation-site-pretenuring");
}
