/**
 * What is promised of: promises without await.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const promisesWithoutAwait = {
  letters: "U",
  title: "Promises without await",
  terms: "JavaScript starts an async function at the call, awaited or not; these hold for calls that are not awaited.",
  promises: {
    "U-1": "an async function that is called and not awaited does not change the scope of its caller",
    "U-2": "the calls of one `Promise.all` may each run scopes that end in any order: their scopes are siblings",
    "U-3": "of two waits that are cancelled together, the one that nobody awaits is no unhandled rejection",
    "U-4":
      "what still runs in a scope or task when it is left, because nobody awaited it, is cancelled, and the instruments are told",
  },
} as const satisfies Area;
