/**
 * What is promised of: deadlines.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const deadlines = {
  letters: "DL",
  title: "Deadlines",
  terms:
    "A **deadline** is a moment on the clock of the **runtime**, the part that drives the tasks; a **delay** is the " +
    "milliseconds until one. A scope is cancelled when its deadline passes.",
  promises: {
    "DL-1": "a timeout counts from the entry of the scope, not from its construction",
    "DL-2":
      "when the deadline stopped the function, `failAfter` throws a `TimeoutError` and `moveOnAfter` resolves with `undefined`",
    "DL-3":
      "`failAfter` throws no `TimeoutError` when the scope was cancelled by hand, even if its deadline has passed since",
    "DL-4": "a delay of zero stops the function at its first cancel point, and a delay of `null` never does",
    "DL-5": "a deadline moved while its scope is open takes effect at the new moment",
    "DL-6": "a scope that is left before its deadline leaves no timer behind",
    "DL-8": "a loop that swallows its cancellation again and again does not keep timers from firing",
    "DL-7": "a loop of nothing but checkpoints does not keep a deadline from passing",
  },
} as const satisfies Area;
