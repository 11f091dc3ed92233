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
    "U-5":
      "`using scope = openShield()` without `await` is refused by the compiler and throws a `TypeError`, and enters nothing",
    "U-7":
      "a scope of a `using` declaration that another task disposes of throws `SCOPE_WRONG_TASK`, and its own task may still leave it",
    "U-8":
      "a generator that yields inside a scope of a `using` declaration throws `SCOPE_NOT_CURRENT` when it leaves it, and its consumer is never in that scope",
    "U-11": "a hundred thousand waits in one scope are begun, ended and cancelled in time that grows with their number",
    "U-12": "a long loop that races a promise which never settles keeps nothing for each turn",
    "U-13": "a failing body and a failing child give one exception group, never a `SuppressedError`",
    "U-15":
      "an engine that does not dispose of a `using` variable which a closure captures is refused when the package is loaded",
    "U-16":
      "a lock taken twice inside one task, through `Promise.all`, throws `RESOURCE_ALREADY_HELD` with a hint to use a task group",
    "U-17":
      "the calls of one `Promise.all` run in the task of their caller, and those of `gather` each in one of its own",
    "U-18":
      "an async generator that another task closes while it is in a scope of a `using` declaration throws `SCOPE_WRONG_TASK`, and neither task is in that scope",
    "U-19":
      "a scope, group, time limit, start or run that is cancelled and that nobody awaits is no unhandled rejection; one that fails is",
  },
} as const satisfies Area;
