/**
 * What is promised of: explicit enter and exit.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const explicitEnterAndExit = {
  letters: "CE",
  title: "Explicit enter and exit",
  terms:
    "`scope.enter()` and `scope.exit()` hold a scope open across functions. The **host** of a scope is the task that entered " +
    "it; a task's **current** scope is the one it entered last and has not left. An **instrument** is an observer of tasks " +
    "and scopes, given to `run()`.",
  promises: {
    "CE-1":
      "`exit()` in another task than the host throws `Attempted to exit cancel scope in a different task than it was entered in`, code `SCOPE_WRONG_TASK`",
    "CE-2":
      "`exit()` of a scope that is not current throws `Attempted to exit a cancel scope that isn't the current task's current cancel scope`, code `SCOPE_NOT_CURRENT`",
    "CE-3": "an `exit()` that is wrong in both ways throws `SCOPE_WRONG_TASK`",
    "CE-4": "an `exit()` that throws changes nothing: the right exits still succeed afterwards",
    "CE-5": "the host may exit in another function than it entered in, with or without an await before the entry",
    "CE-6": "a callback scope that ends while a scope entered inside it is still open throws `SCOPE_NOT_CURRENT`",
    "CE-7": "`exit()` of a scope that was never entered, or was left already, throws `SCOPE_NOT_ACTIVE`",
    "CE-8": "a task that ends with an entered scope open does not fail; its instruments are told",
    "CE-9":
      "the cancellation and the deadline of an entered scope reach the later waits of its task, and `exit()` catches neither",
    "CE-10":
      "what still runs in an entered scope that the callback scope or the group around it closed is cancelled, its tasks as well, and its own exit is quiet, once",
    "CE-11":
      "a scope that one task enters in `connect()` cannot be exited by another in `close()`, which throws `SCOPE_WRONG_TASK` and names both; the first may still close it",
  },
} as const satisfies Area;
