/**
 * What is promised of: filtering errors, identity, handles, case by case as in anyio's tests.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const anyioTaskGroups2 = {
  letters: "AG",
  title: "anyio's task groups: filtering, identity, handles",
  terms:
    "The cases of anyio's test_taskgroups.py from AG-67 on, in their order and in the words of the area before; AG-135 to " +
    "AG-140 are its six type tests. A scope **filters** what its function throws: its own cancellation is taken out of the " +
    "exception groups in it. The **handle** of a task is what `startSoon` and `startHandle` return. A **status** is what " +
    "`start` gives to its function, which says through it that it is ready. The **host** of a group is the task that opened it.",
  promises: {
    "AG-67": "a failing child cancels its siblings, and is the only member of the exception group",
    "AG-68": "cancelling a group reaches a child of a group inside a child",
    "AG-69": "a task that is cancelled may still start another in its group, which its first cancel point ends",
    "AG-70": "a deadline inside a shield counts alone, though one outside it is earlier",
    "AG-71": "a scope whose time is up at entry stops its function at the first cancel point",
    "AG-72": "a deadline that is moved on counts from there",
    "AG-73": "a deadline that stops a group, its body and its children, is thrown as one `TimeoutError`",
    "AG-74":
      "`failAfter` inside a scope that is cancelled throws no `TimeoutError`, and the code up to that scope is left",
    "AG-75": "a deadline in a shield passes though the scope around the shield was cancelled",
    "AG-76": "what was cancelled inside a shield is felt at the first cancel point outside all but the outermost scope",
    "AG-77": "and at the first one outside the shield, from where it is the outermost scope's, which alone catches it",
    "AG-78": "the exception groups of nested groups nest, what the body threw first, without the cancellations",
    "AG-79":
      "a scope takes its cancellation out of an exception group and throws the rest, with the same members and cause; a group without one passes as it is, and nothing was caught",
    "AG-80": "and does so at every depth of nested exception groups",
    "AG-81": "cancelling a group reaches a nested group's children and its body",
    "AG-82": "a scope that caught its deadline leaves nothing to throw for one that is cancelled after it",
    "AG-85": "`cancellable` makes the wait for a foreign promise end with its task",
    "AG-86": "and also inside a scope of the task, which catches nothing",
    "AG-87": "cancelling a group whose child completes raises no unhandled rejection and no warning",
    "AG-88": "a task's whole function runs in the task, also what it does before it returns a promise",
    "AG-89": "waiting for a shielded child of a cancelled group wakes nobody",
    "AG-90":
      "the exit of a scope that is not the task's current one throws `Attempted to exit a cancel scope that isn't the current task's current cancel scope`, and both can then be left in order",
    "AG-91": "the exit of a scope that was not entered throws `This cancel scope is not active`",
    "AG-92":
      "the exit of a scope in a child that did not enter it fails the child's group with `Attempted to exit cancel scope in a different task than it was entered in`",
    "AG-93":
      "an interrupt from outside every task, by the signal of `run`, ends `run` with its cancellation and leaves no unhandled rejection",
    "AG-94": "a group that was cancelled from outside throws one bare `CancelledError`, that of the outer scope",
    "AG-95": "a child's parent is the group's host, also when another task started it",
    "AG-96": "a child of `start` has its starter for a parent until it is ready, and then the group's host",
    "AG-100":
      "an error that was made from a cancellation, with it as the `cause`, is taken for it: a `CancelledError` or an `AbortError`",
    "AG-106": "the scope of a group cannot be entered a second time, neither in the group nor after it",
    "AG-107": "an empty group in a cancelled scope is no cancel point",
    "AG-108": "an exception group of nothing but cancellations is caught as one",
    "AG-109": "a cancellation reaches a child whose host is in a shield",
    "AG-110":
      "`start` in a cancelled scope begins the child, which its first cancel point ends, and leaves the group alone",
    "AG-111": "the handle of `startHandle` gives the start value, and when awaited the value",
    "AG-112": "a child that is cancelled by its handle after it was ready keeps its start value",
    "AG-113": "a group does not keep the exception group that it threw",
    "AG-114": "once nobody holds a group, nothing keeps its failures, though the task that opened it goes on",
    "AG-115": "nor those of a group inside a child",
    "AG-116": "nor a cancellation that passed through it, once nobody holds the scope that was cancelled",
    "AG-117": "nor a thing that was thrown and is no error",
    "AG-121": "the message of a cancellation has its reason and the name of the task that called `cancel`",
    "AG-122":
      "a child whose starter is cancelled completes its shield and stops at the first cancel point after it; the starter waits for that",
    "AG-125": "`startSoon` throws a `TypeError` that names the type of what is no function",
    "AG-126":
      "the handle of a task that runs throws `TASK_NOT_FINISHED` for its value and error; after it has finished there is the value, and no error",
    "AG-127":
      "awaiting the handle of a failed task throws `TASK_FAILED`; its error is there, and in the exception group",
    "AG-128":
      "a child may fail with a thing that is no error: it is the `cause` of `TASK_FAILED` and a member of the group",
    "AG-129":
      "a child cancelled by its handle, before it began or later, begins and is `cancelling` until it has ended; awaiting and reading it then throw `TASK_WAS_CANCELLED`",
    "AG-130": "a child runs in the async context and with the task-local values of where `startSoon` is called",
    "AG-131": "`wait()` returns though the task failed, and again at once",
    "AG-132": "a task is named after its function, however it was started",
    "AG-133": "or by the option `name`",
    "AG-135": "the status of no value takes `started()` and `started(undefined)`",
    "AG-136": "the status of an optional value takes it or nothing",
    "AG-137": "the status of a number takes a number; that is asked by the compiler, and not looked at when it runs",
    "AG-138": "a status that takes more may stand for one that takes less",
    "AG-139": "a status that takes less may not stand for one that takes more; that is asked by the compiler alone",
    "AG-140": "a function that takes a status may be called without `start`, with a status that ignores it",
  },
  absent: {
    "AG-83": "a task made of a generator: Python's own",
    "AG-84": "a function in the old style of coroutines: Python's own",
    "AG-97":
      "the count of the cancellations that asyncio has delivered to a task, after one by the event loop: a cancellation is a state of scopes here, and is not counted",
    "AG-98": "the same count, after a scope was cancelled",
    "AG-99": "the same count, after both",
    "AG-101": "the same count, in nested scopes",
    "AG-102": "the same count, after a group was cancelled",
    "AG-103": "the same count, after the event loop cancelled the end of a group; and two messages of one cancellation",
    "AG-104": "the same count, after a child failed",
    "AG-105": "the same count, at a checkpoint of a cancelled scope",
    "AG-118": "eager tasks: asyncio's own",
    "AG-119": "tasks of a class that replaces asyncio's: here only the library makes tasks",
    "AG-120": "the suppressed context of an exception: an error has a `cause` here, and no context",
    "AG-123": "asyncio's graph of calls: a promise does not know who awaits it",
    "AG-124": "the coroutine of a task: the call of an async function is no object that could be shown",
    "AG-134":
      "the name of a task made of an async generator's `asend`: a task is made of a function, and of nothing else",
  },
} as const satisfies Area;
