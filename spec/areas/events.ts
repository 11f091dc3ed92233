/**
 * What is promised of: events.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const events = {
  letters: "EV",
  title: "Events",
  terms: "An **event** is a flag that is set once and wakes all who wait for it.",
  promises: {
    "EV-1": "`set()` wakes every waiter, and a wait on a set event returns",
    "EV-2": "a cancelled waiter leaves no trace",
    "EV-3": "`wait()` is a cancel point even when the event is set",
    "EV-4": "a waiter whose event is set before its scope is cancelled wakes normally",
  },
} as const satisfies Area;
