/**
 * What is promised of: variables of tasks and runs.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const variables = {
  letters: "VA",
  title: "Variables",
  terms:
    "A **task-local variable** (`TaskLocal`) has a value for a stretch of code and all that it calls and starts. A **run " +
    "variable** (`RunVar`) has one for a whole root task and everything below it.",
  promises: {
    "VA-1":
      "a task-local value is seen by what its function calls and by the tasks that it starts, and by nothing else",
    "VA-2": "a task inherits the values that are in force where it was started, not where its group was opened",
    "VA-3": "an inner value hides the outer one to the end of its function, however that ends",
    "VA-4": "reading a variable without a value gives its default, or throws `VARIABLE_UNSET`",
    "VA-5": "a run variable that one task sets is seen by every task of the same run, and by no other run",
    "VA-6":
      "`reset` gives a run variable the value that it had before, once, and refuses the token of another variable or run",
  },
} as const satisfies Area;
