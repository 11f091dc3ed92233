/**
 * What is promised of: runtimes.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const runtimes = {
  letters: "RT",
  title: "Runtimes",
  terms:
    "Timers, clock and random numbers come from the runtime alone. The **system runtime** uses the machine's; the " +
    "**virtual runtime** has a clock that moves only when every task waits; of the steps that are ready (a task goes on, a timer is due) it " +
    "takes the one that has been ready longest, or the one that the test's **strategy** chooses.",
  promises: {
    "RT-1":
      "under the virtual runtime the clock moves only when every task waits, so that an hour's sleep takes no real time",
    "RT-2":
      "under the virtual runtime the same program takes the same steps in the same order, and the same seed gives the same random numbers",
    "RT-3":
      "under the virtual runtime a run in which every task waits and nothing can wake one throws `RUNTIME_DEADLOCK`",
    "RT-4": "an event made outside every runtime serves whichever runtime its callers run on",
    "RT-5":
      "under the virtual runtime timers fire in the order of their times; those that are due at the same instant are steps, in the order in which they were set, among which a strategy may choose",
    "RT-6":
      "under the virtual runtime the same choices give the same steps, however many steps share a turn of the event loop",
    "RT-7":
      'under the virtual runtime with the order `"random"` the seed alone decides who goes next, whatever the program draws from `random()`',
    "RT-8":
      "under the virtual runtime a rejection that nobody has handled when the next step begins is an unhandled rejection",
    "RT-9":
      "while a promise given to `external()` has not settled, the clock of the virtual runtime stands still and no deadlock is reported",
    "RT-10":
      "with `autoJump: false` the clock of the virtual runtime moves by `advance()` alone, and what is due on the way happens at its own time",
    "RT-11":
      "while a virtual runtime is busy the event loop turns every so many steps, so that the process stays alive",
    "RT-12":
      "the tasks of a run that a virtual runtime has ended with an error go no further than their next wait, whatever wakes them",
    "RT-13":
      "a runtime that has `access` is told what each step reads and changes of what tasks share, so that two steps which nothing told of makes conflict may change places without a difference",
  },
} as const satisfies Area;
