/**
 * What is promised of: cases of trio's tests that no other area states.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const peers = {
  letters: "PE",
  title: "What trio's tests show",
  terms:
    "Cases of trio's tests of its core, its synchronisation and its channels that no area above states. A **cancel point** " +
    "throws in a cancelled scope, and a **schedule point** lets every task that is ready go on first; a **checkpoint** is both.",
  promises: {
    "PE-1":
      "every public async function is a cancel point and a schedule point, also when it has nothing to wait for; those that only run a function, open a scope or clean up, the halves of a checkpoint and the fast acquires are so in part or not at all",
    "PE-2": "the effective deadline follows a deadline that is moved, and a shield that is raised and lowered",
    "PE-3":
      "a scope that was cancelled by hand keeps that for its reason when its deadline passes, and the other way round",
    "PE-4":
      "a shield may be raised and lowered again and again in one scope, and what is cancelled inside it is felt in spite of it",
    "PE-5":
      "a task that says `started()` while all of its own tasks sleep is in the group at once: a cancellation of the group, before or after, ends them",
    "PE-6": "a group waits for a task that another is still starting in it, also when that task never gets there",
    "PE-7":
      "when the starter is cancelled, what a task throws after `started()` is still thrown by `start`, and by no group",
    "PE-8":
      "tasks that come again and again to a lock, or to what a channel makes one, enter in turns, each once before any a second time",
    "PE-9": "what `acquireNoWait` took keeps out those who wait for it",
    "PE-10":
      "those who are notified wait for the lock of the condition from then on: the statistics count them there, and whoever comes later, be it the task that notified, has it after them",
  },
} as const satisfies Area;
