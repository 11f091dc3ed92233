/**
 * What is promised of: cancel scopes.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const cancelScopes = {
  letters: "CS",
  title: "Cancel scopes",
  terms:
    "A **cancel scope** is a region of a task that can be stopped from outside: `scope.run(fn)` enters it, runs `fn` in it " +
    "and leaves it. **Cancelling** a scope makes every cancel point inside it, in whatever task, throw a `CancelledError`. " +
    "The scope **catches** its own cancellation: outside it, nothing was thrown.",
  promises: {
    "CS-1": "a scope that stopped its function resolves with `undefined`, and `cancelledCaught` is true",
    "CS-2":
      "a cancelled scope that met no cancel point resolves with its function's value, and `cancelledCaught` is false",
    "CS-3": "every cancel point in a cancelled scope throws, not only the first",
    "CS-4": "the first `cancel()` gives the reason, and a later one changes nothing",
    "CS-5": "a scope cancelled before it is entered stops its function at the first cancel point",
    "CS-6":
      "cancelling an inner scope leaves the outer one running; cancelling the outer one passes through the inner one",
    "CS-7": "a `CancelledError` carries the reason and the name of the scope that was cancelled",
    "CS-8": "an error of the function leaves the scope as it is, whether or not the scope was cancelled",
    "CS-9": "a second use of a scope throws `SCOPE_USED`",
    "CS-10":
      "`withSignal` gives its function a signal that aborts when the scope it is called in is cancelled, and then throws the cancellation",
    "CS-11": "`cancellable` stops waiting for a promise when its scope is cancelled, and keeps nothing for it",
  },
} as const satisfies Area;
