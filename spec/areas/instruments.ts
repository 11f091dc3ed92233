/**
 * What is promised of: instruments.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const instruments = {
  letters: "IN",
  title: "Instruments",
  terms: "An **instrument** is an observer given to `run()` or to an owner; it sees that root task and all below it.",
  promises: {
    "IN-1":
      "an instrument is told of every task that is spawned and ends, and of every scope that is entered, cancelled and left, in order",
    "IN-2": "an instrument is told why a scope was cancelled, and by which task",
    "IN-3": "an instrument is told of every wait when it begins and when it ends, with one object for both",
    "IN-4": "an instrument that throws is an unhandled rejection, and breaks neither the task nor other instruments",
    "IN-5": "an instrument is told of every kind of wait",
    "IN-6": "an instrument may cancel what it is told of: no wait and no waiter is lost by it",
  },
} as const satisfies Area;
