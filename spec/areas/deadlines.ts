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
    "DL-9":
      "a scope with a timeout is relative until it is entered, and has no absolute deadline before: asking for it, or setting it, throws `SCOPE_NOT_ENTERED`",
    "DL-10":
      "a timeout may be changed before entry; afterwards that throws `SCOPE_USED`, and the deadline can be moved",
    "DL-11": "a timeout that is negative or not a number is refused, and so is a deadline that is not a number",
    "DL-12":
      "any number of sleeps and deadlines share one timer of the machine, and none keeps the process alive once they are over",
    "DL-13":
      "a deadline that is moved into the past cancels at once, and one that is moved after the cancellation does nothing",
    "DL-14": "a scope whose time is up at entry, and that meets no cancel point, was cancelled and has caught nothing",
    "DL-15":
      "`failAfter` throws a `TimeoutError` only for its own deadline, not for one that passed inside or around it",
    "DL-16": "outside every task, and in a scope without limits, the effective deadline is Infinity",
    "DL-17": "tasks that only wake each other, and waits for what is there already, do not keep timers from firing",
    "DL-18": "code that was busy past its deadline is stopped within sixteen checkpoints",
  },
} as const satisfies Area;
