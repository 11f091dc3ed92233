/**
 * What is promised of: Exploration of orders.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const explore = {
  letters: "EX",
  title: "Exploration of orders",
  terms:
    "An **order** is one of the ways in which the steps of a scenario can follow each other. A **departure** is a point at which an " +
    "order goes another way than tasks would that are never taken off their turn. The **boundary** is what a program asks of Node " +
    "and may have to wait for: timers, `fetch`, a dispatcher of undici, clocks and chance.",
  promises: {
    "EX-1":
      "an order that fails ends the exploration with its error, a string to replay it by, and the two steps whose order decides",
    "EX-2":
      "an exploration is `exhausted` when every order was tried that can make a difference, and says how many there are",
    "EX-3":
      "an exploration whose budget ends before its orders do is `not-found`, and says in words which share of orders could still fail",
    "EX-4": "a scenario in which something outlives a run, and changes the next, is `nondeterministic`",
    "EX-5":
      "a scenario that waits for what the explorer does not control is `uncontrolled`, and what it waits for is named",
    "EX-6": "a run that comes to a halt fails, and names who waits for what",
    "EX-7": "a run that leaves a task behind fails",
    "EX-8": "a run in which a promise is rejected and nobody handles it fails",
    "EX-9": "a run that does not end is cut after `maxSteps`, and what was cut is never called exhausted",
    "EX-10": "an invariant is looked at after every step, so that one which is broken only on the way is found",
    "EX-11": "an exploration whose signal aborts ends with what it has found",
    "EX-12": "a failing order is made small until no departure can be left out of it",
    "EX-13": "a failure is called smallest only when no order with fewer departures fails in the same way",
    "EX-14": "a replay string makes the same failure come again, step by step",
    "EX-15":
      "a replay of a program that has changed is refused with `EXPLORE_DIVERGED`; a tolerant one goes on and says where it diverged",
    "EX-16":
      'with `cancel: "everywhere"` each task of `lab.all()` is cancelled before each of its steps in some order, and no more than `cancellations` of them in one',
    "EX-17": "a task that ends in another way than by its cancellation, when it is cancelled, is a failure",
    "EX-18": "a replay string brings its cancellations along",
    "EX-19": "a task that waits for ever is a deadlock also where it could be cancelled",
    "EX-20":
      "a program that knows nothing of the explorer is explored as it is, by the order of what it waits for at the boundary",
    "EX-21": "what was replaced at the boundary is put back when the last exploration has ended, also when it fails",
    "EX-22": "timers and clocks of all else in the process go on as they did while an exploration is under way",
    "EX-23": "a program draws the same by chance in each run, and not the same twice in one",
    "EX-24": 'timers fire in any order, and with `timers: "ordered"` in that of their times',
    "EX-28": 'with `timers: "idle"` a time limit passes when nothing else can happen, and never before',
    "EX-25":
      "each fault that an answer may have is met in some order, as `fetch` tells of it, and the server has served those that come after it served",
    "EX-26":
      "an object with private fields that is handed to `lab.shared()` is refused with `EXPLORE_PRIVATE_FIELDS`, which names it",
    "EX-27": "where a scenario declares nothing, every order of all its steps counts as different",
  },
} as const satisfies Area;
