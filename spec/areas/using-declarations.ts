/**
 * What is promised of: scopes for a using declaration.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const usingDeclarations = {
  letters: "US",
  title: "Scopes for a using declaration",
  terms:
    "`using _ = await openShield()` and `using _ = await openDeadline(ms)` open a scope that lasts to the end of the block. Such " +
    "a declaration can neither see nor stop the error of its block, so these scopes catch nothing.",
  promises: {
    "US-1": "`openShield` keeps the cancellation of the scopes round it out to the end of the block",
    "US-2":
      "`openDeadline` makes every wait in the block throw a `TimeoutError` once its time is up, and leaves no timer",
    "US-3": "calls side by side under `Promise.all` may each open a scope, and neither is in the other's",
    "US-4": "a call that opens a scope and is not awaited does not change the scope of its caller",
    "US-5": "after the block the code is in the scope that it was in before",
    "US-6":
      "tasks of a group inside the block that its deadline stops are cancelled, and the group throws the one `TimeoutError`",
  },
} as const satisfies Area;
