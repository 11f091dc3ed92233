/**
 * What is promised of: starting tasks, errors, deadlines and shields, case by case as in anyio's tests.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const anyioTaskGroups = {
  letters: "AG",
  title: "anyio's task groups: starting, errors, deadlines, shields",
  terms:
    "The cases of anyio's test_taskgroups.py, in their order: AG-1 is its first test, and AG-67 and those after it stand in " +
    "the next area. The **body** is the function given to `taskGroup`, the **children** are the group's tasks, and a " +
    "failing group throws an **exception group** of all that failed. `group.start(fn)` waits until the child says that it " +
    "is **ready**, by `started(value)`; until then the child belongs to its **starter**, the task that called `start`. A " +
    "**cancel point** is a wait: it throws in a cancelled scope. A scope is **cancelled** by hand or by its deadline, and " +
    "has **caught** its cancellation when that stopped its function. The **effective deadline** is the time by which the " +
    "running code must be done: -Infinity where it is cancelled, Infinity where nothing limits it. A cancellation of a " +
    "task by the event loop, past all scopes, does not exist here: its place is taken by the `signal` of `run`.",
  promises: {
    "AG-1": "`startSoon` on a group that has ended throws `TASK_GROUP_CLOSED`: this task group is not active",
    "AG-2": "when a group ends, every child has run to its end",
    "AG-3": "a group opened outside every task starts a root task of its own and works as in any other",
    "AG-4": "a child may start further children into its own group",
    "AG-5": "`startSoon` on a group whose body failed throws `TASK_GROUP_CLOSED`",
    "AG-6": "`start` on a group that has ended throws `TASK_GROUP_CLOSED`",
    "AG-7": "`start` gives undefined when the child is ready without a value",
    "AG-8": "a second `started()` throws `TASK_STARTED` in the child, and changes nothing for the starter",
    "AG-9":
      "a function that is not async may say that it is ready and return a promise: the handle has both the start value and the value",
    "AG-10":
      "a second `started()` in a function that is not async fails the child as it would in one that is: it belongs to the group by then",
    "AG-11": "a `start` whose group is cancelled before it is awaited is cancelled, and no error of the group",
    "AG-12": "`start` gives the value that the child is ready with",
    "AG-13": "a child that fails before it is ready makes `start` throw its very error, and leaves the group alone",
    "AG-14": "a child that fails after it was ready fails the group, and `start` gives its value all the same",
    "AG-15": "a child that ends without being ready makes `start` throw `TASK_NOT_STARTED`, and leaves the group alone",
    "AG-16": "`start` in a cancelled group begins the child, which its first cancel point ends",
    "AG-17": "a signal that aborts during `start` ends the child and then the starter, with the cancellation",
    "AG-19": "the cancellation by the root task's signal passes out of a group as it is",
    "AG-20":
      "a cancellation is delivered once to each wait of nested groups, and neither delivered nor tried again behind a shield",
    "AG-21": "cancelling a scope that its task has left open at its end wakes nothing and schedules nothing",
    "AG-22":
      "`start` and `startHandle` take any function, async or not, and throw a `TypeError` for what is none, which fails the body",
    "AG-23": "a failure in a group cancels a body that is starting a task in an outer group, and the task with it",
    "AG-24": "a failing body is thrown as the only member of an exception group, and its children are cancelled",
    "AG-25": "a child of a cancelled group stops at a checkpoint, which no child of it gets past",
    "AG-26": "a child of a group that was cancelled before it began runs to its first cancel point",
    "AG-27": "the reason given to `cancel()` is in the message of what a cancel point throws",
    "AG-28": "a failing child cancels the body",
    "AG-29": "a failing body cancels the children",
    "AG-30": "the body may cancel a scope that a child has entered",
    "AG-31": "cancelling a group reaches the body of a group inside a child",
    "AG-32": "one task may be cancelled through two groups in a row",
    "AG-33":
      "a cancellation reaches the children of a group whose body has ended, and the group ends once they have cleaned up",
    "AG-34": "a scope that was cancelled before entry stops its function at the first cancel point, and catches that",
    "AG-35": "two failing children are both in the exception group, also when the second failed as it was cancelled",
    "AG-36": "a failing body and a child that fails as it is cancelled are both in the exception group",
    "AG-37": "a group that cancels itself ends without an error",
    "AG-38": "after a scope whose deadline passed, a checkpoint does not throw",
    "AG-39":
      "`failAfter` throws a `TimeoutError` when time is up, at once for 0; the cancellation inside tells of the deadline",
    "AG-40": "`failAfter(null)` sets no deadline",
    "AG-41": "`failAfter` works in a task that was cancelled through a group before",
    "AG-42": "`failAfter` throws no `TimeoutError` when its scope was cancelled by hand before the deadline",
    "AG-43": "and none when the deadline has passed by the time the cancellation by hand is felt",
    "AG-44": "the reason given to `failAfter` is in the message of its `TimeoutError`",
    "AG-45": "`moveOnAfter` stops its function when time is up, at once for 0, and catches that",
    "AG-46": "`moveOnAfter(null)` sets no deadline and lets its function complete",
    "AG-47":
      "the effective deadline in nested scopes is the earliest, and only the scope that it belongs to is cancelled and catches",
    "AG-48": "`failAt` throws a `TimeoutError` at its deadline, at once for one that has come",
    "AG-49": "`failAt(null)` sets no deadline",
    "AG-50": "the reason given to `failAt` is in the message of its `TimeoutError`",
    "AG-51": "`moveOnAt` stops its function at its deadline, at once for one that has come, and catches that",
    "AG-52": "`moveOnAt(null)` sets no deadline and lets its function complete",
    "AG-53": "a shielded `moveOnAfter` completes in a cancelled group, and the first wait after it throws",
    "AG-54":
      "in a shield there is no pending cancellation, and no effective deadline, of the group that was cancelled in it; outside it there is, and every wait throws",
    "AG-55": "a shield does not keep its own cancellation out",
    "AG-56": "clean-up in a `finally` is free of the cancellation inside a new shield, and only there",
    "AG-58": "a scope that is cancelled and then meets no cancel point has caught nothing",
    "AG-59": "of two nested scopes that were both cancelled, the outer one catches",
    "AG-60":
      "an outer scope that is cancelled while the inner one's cancellation is on its way takes it over: nothing between the two runs",
    "AG-61": "with a shielded inner scope that one catches, and what is between the two runs",
    "AG-62": "a group without children yields",
    "AG-63": "every checkpoint of a cancelled scope throws, also when an async generator is around it",
    "AG-64": "cancelling a shield from another task stops what is in it",
    "AG-65": "a shield may be raised and lowered while the scope is open, and the next wait goes by it",
    "AG-66": "cancelling a scope that a child has entered stops neither the body nor the group",
  },
  absent: {
    "AG-18":
      "a child that the event loop cancels during `start`: a task can be cancelled through scopes and handles only",
    "AG-57":
      "the effective deadline after the event loop cancelled the task: a task can be cancelled through scopes and handles only, and each is seen as one",
  },
} as const satisfies Area;
