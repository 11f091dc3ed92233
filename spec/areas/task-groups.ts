/**
 * What is promised of: task groups.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const taskGroups = {
  letters: "TG",
  title: "Task groups",
  terms:
    "A **task group** is a cancel scope that starts tasks, its **children**, and is left when the last of them has ended. " +
    "`group.startSoon(fn)` returns the child's **handle**, which can be awaited. The function given to `taskGroup` is the " +
    "**body**. The failures of a group are thrown as one **exception group**: an `AggregateError` whose `errors` are the " +
    "failures; a failure that is not itself a group is a **leaf**.",
  promises: {
    "TG-1": "a task group resolves with its body's value once every child has ended",
    "TG-2": "a child or body that fails cancels all the others, and the group ends when they have",
    "TG-3": "failures are thrown as one exception group even when there is only one, the body's first",
    "TG-4": "the message of an exception group quotes that of its first leaf",
    "TG-5": "`startSoon` returns before the child's function is called",
    "TG-6": "`startSoon` on a group that has ended throws `TASK_GROUP_CLOSED`",
    "TG-7": "a child runs in the group's scope, whatever scope `startSoon` was called in",
    "TG-8": "awaiting a handle gives the child's value, or throws `TASK_FAILED` with the child's error as `cause`",
    "TG-9": "cancelling a handle stops that child only, and is no failure of the group",
    "TG-10": "the failure of a child that nobody awaits is in the exception group and never an unhandled rejection",
    "TG-11": "a group that was only cancelled from outside throws one bare `CancelledError`, never an exception group",
    "TG-12": "a child's failure that the body also met through the handle is listed once",
    "TG-13": "a `CancelledError` that no cancelled scope accounts for is a failure like any other",
    "TG-14": "a group without children yields once, and is no cancel point",
    "TG-15": "the siblings and the body of a child that fails are told which child it was, and what it failed with",
    "TG-16": "cancelling a task that has ended does nothing",
    "TG-17":
      "until a child of `start` is ready it feels the cancellation of its starter and not that of the group, and from then on that of the group and not that of its starter",
    "TG-18": "nobody can exit the scope of a group by hand: `exit()` throws `SCOPE_NOT_ACTIVE`, and the group goes on",
    "TG-19":
      "a cancellation that comes while a group waits for its children reaches them, and is thrown when they have ended",
    "TG-20":
      "`started()` may be called from any task; after the child has ended, or its starter was cancelled, it changes nothing",
    "TG-21":
      "`start` may be called by a task of another run and outside every task: the child then belongs to that caller, or to the group",
    "TG-22":
      "each of a hundred thousand failures costs a group the same, and a failure passes through groups nested thousands deep",
  },
} as const satisfies Area;
