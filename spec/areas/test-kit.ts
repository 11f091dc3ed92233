/**
 * What is promised of: the test kit.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const testKit = {
  letters: "TT",
  title: "The test kit",
  terms:
    "What a test does on a virtual runtime. A **sequencer** puts numbered steps of different tasks in order. A **leak** is what is alive " +
    "when the program has ended: a task, a wait, a timer, real work, or a rejection that nobody handled.",
  promises: {
    "TT-1":
      "`waitAllTasksBlocked()` resumes when every other task waits, before the clock moves, and all who wait for it resume together",
    "TT-2":
      "a task whose deadline had passed from the start has gone on as far as it can before `waitAllTasksBlocked()` resumes",
    "TT-3": "`waitAllTasksBlocked()` is refused on a runtime that cannot tell who waits",
    "TT-4":
      "the steps of a sequencer run in the order of their numbers, whichever tasks they are in, also after a step that threw",
    "TT-5": "a number that a sequencer has seen before, or that is no whole number from 0 up, throws a RangeError",
    "TT-6":
      "a step that is cancelled before its turn breaks the sequencer: every other step that has not begun throws `RESOURCE_BROKEN`",
    "TT-7": "`runVirtually()` fails when a task, wait or timer is left, and names it",
    "TT-8": "`runVirtually()` fails when a promise was rejected and nobody handled it",
    "TT-9": "the environment variable HOLDFAST_SEED seeds what gives no seed of its own",
    "TT-10": "the vitest fixture gives each test a runtime of its own, and fails the test for what is left on it",
    "TT-11": "when a test fails, the vitest fixture says which seed repeats it",
    "TT-14": "a rejection in a task of another test, which runs beside this one, does not fail this one",
  },
  absent: {
    "TT-12": "a clock that runs at a rate: a clock that jumps is faster, and one that is moved by hand is more exact",
    "TT-13":
      "a cushion of `waitAllTasksBlocked()`, real time without a task that goes on: the virtual runtime knows who waits",
  },
} as const satisfies Area;
