/**
 * What is promised of: scopes and AbortSignals.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const signals = {
  letters: "SI",
  title: "Scopes and AbortSignals",
  terms:
    "An **AbortSignal** is how the platform's own functions are cancelled. `new CancelScope({ signal })` takes one in, and " +
    "`scope.signal` gives one out.",
  promises: {
    "SI-1":
      "a scope made with a signal is cancelled when that aborts, with its reason, and one that has aborted already stops it at once",
    "SI-2": "a scope listens to its signal only while it is open",
    "SI-3":
      "`scope.signal` aborts when the code in the scope is cancelled, by the scope or one round it, and not through a shield",
    "SI-4": "a scope that has been left aborts its signal no more",
    "SI-5":
      "a foreign function that the signal stopped counts as cancelled, also when it throws an AbortError of its own",
    "SI-6": "a scope that its task left open listens to its signal no more once the task has ended",
    "SI-7": "any number of scopes and runs put one listener on a signal, and cost the same each",
  },
} as const satisfies Area;
