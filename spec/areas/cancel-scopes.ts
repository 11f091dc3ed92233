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
    "CS-12": "an error is taken for a cancellation by its code, never by its message",
    "CS-13":
      "a `CancelledError` names its source (`explicit`, `deadline`, `failure`, `signal`, `left`), and the task that called `cancel()` or failed",
    "CS-14": "a scope may be cancelled by any task, by a callback and by code outside every task",
    "CS-15":
      "a wait that ended before the cancellation keeps its value, and one that the cancellation ended keeps that",
    "CS-16": "code that cancels its own scope goes on to its next cancel point",
    "CS-17": "a scope that is entered where the code is cancelled already is cancelled from its first cancel point on",
    "CS-18": "every wait is a cancel point, also when it has nothing to wait for",
    "CS-19": "every wait lets other tasks go on, also when it has nothing to wait for",
    "CS-20":
      "a cancelled scope catches what is thrown as one cancellation or as a group of nothing else, takes its own out of a mixed group, and leaves every other error as it is",
  },
} as const satisfies Area;
