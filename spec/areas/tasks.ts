/**
 * What is promised of: tasks.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const tasks = {
  letters: "TK",
  title: "Tasks",
  terms:
    "A **task** is a call of an async function that the library knows by name, id and parent. `run(fn)` starts a **root task**, " +
    "one without a parent. A **cancel point** is an await of the library at which a cancelled task is stopped; an await of " +
    "anything else is none. A **checkpoint** is a cancel point that also lets other tasks go on.",
  promises: {
    "TK-1": "`run()` settles as its function does, once every task of the groups that it awaited has ended",
    "TK-2": "when the signal given to `run()` aborts, the root task is cancelled with the signal's reason",
    "TK-3":
      "`currentTask()` names the same task before and after an await, and a child's `parentId` is its parent's id",
    "TK-4": "`currentTask()` and `enter()` outside a task throw `NO_TASK`",
    "TK-5":
      "a callback form, such as `taskGroup` or `scope.run`, starts an implicit root task when it is called outside a task",
    "TK-6": "a wait in code that goes on after its task has ended throws `TASK_FINISHED`",
    "TK-7": "the info of a task is one object, and that of another task another",
    "TK-8": "`hasPendingCancellation()` tells whether the next cancel point of the calling code would throw",
    "TK-9":
      "what is no function, and a signal that is none, is refused with a `TypeError` before a task or scope begins",
  },
} as const satisfies Area;
