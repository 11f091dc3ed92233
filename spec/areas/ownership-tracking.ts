/**
 * What is promised of: ownership tracking.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const ownershipTracking = {
  letters: "OT",
  title: "Ownership tracking",
  terms:
    "`trackOwnership()` wraps a resource whose methods **open**, **use** and **close** it. A **call chain** is one call of an " +
    "async function with all that it calls, and is known without any task; a **report** names an offence and the stacks of " +
    "both calls that make it one.",
  promises: {
    "OT-1":
      "a tracked resource behaves as the resource: private fields, getters, `instanceof` and `this` work, and a method is the same function each time",
    "OT-2":
      "a close by a call chain that runs beside the opener's is reported with both stacks, also where both are callbacks of one `Promise.all`",
    "OT-3": "a use that begins after a close has begun is reported with the stacks of both",
    "OT-4": "a close with calls in flight is reported with the stack of each",
    "OT-5": "an opening of what is open or opening is reported with the stacks of both",
    "OT-6": "the callers of the opener, what it calls, and what begins after it has ended, may close",
    "OT-7": "inside tasks the task is the call chain",
    "OT-8": "`chain` says who calls where the call chain is not the owner",
    "OT-9":
      "who closes from a listener or a signal handler is unknown, and no report says that it is another than the opener",
    "OT-10":
      "opening anew is no offence after a close, a failed opening, a failed call, or a loss that `isOpen` tells of",
    "OT-11": "a correct program has no report, whatever it does and in whatever order its promises settle",
    "OT-12": "the first hundred reports are kept, and sixteen calls in each, however many there are",
    "OT-13": "a resource without opening methods is opened by who tracks it",
    "OT-14": "an identity never leaks from one callback of `Promise.all` to another, or to the caller",
    "OT-15":
      "`stopTrackingOwnership()` ends all tracking and its cost: calls go through, reports are kept, and what is tracked afterwards is followed anew",
  },
} as const satisfies Area;
