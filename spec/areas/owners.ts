/**
 * What is promised of: owners.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const owners = {
  letters: "OW",
  title: "Owners",
  terms:
    "An **owner** is a task of its own that opens a resource, **publishes** it, parks, and closes it. Each life of the " +
    "resource is a **generation**, which is **lost** when it dies by itself. A **lease** is one borrower's right to use " +
    "one generation. The **ledger**, which `statistics()` and `ledger()` give, counts leases, waiters, timers and what " +
    "became of each generation, and keeps the failures.",
  promises: {
    "OW-1": "the resource is opened and closed by the owner's task, whoever borrows first or returns last",
    "OW-2":
      "leases asked for at once share one opening, wait until the resource is published, and are out side by side",
    "OW-3": "`release()` is synchronous, and a second one changes nothing",
    "OW-4": "a failure before publication goes to all who wait for a lease, and never to an unhandled rejection",
    "OW-5": "publishing twice in one generation, or returning without publishing, throws `OWNER_CONTRACT`",
    "OW-6": "disposal waits until the resource is closed, also when the disposing task is cancelled",
    "OW-7": "a failing close stands in the ledger and is not thrown",
    "OW-8": "when a generation is lost its leases settle, and the next lease is of a new generation",
    "OW-9": "an owner inherits no scope: cancelling the task that made it, or one that borrows, stops that task only",
    "OW-10": "a close that takes too long is cancelled, and given up and counted when it does not end even then",
    "OW-11": "after the close the ledger counts no lease and no waiter",
    "OW-12":
      "a borrower that is cancelled while it waits, or whose signal aborts, leaves the queue, and the opening goes on for the others",
    "OW-13":
      "`drain()` refuses new leases and waits for those that are out before it closes; those still out after its timeout are lost",
    "OW-14": "leasing from another runtime than the open resource lives on throws `RUNTIME_MISMATCH`",
    "OW-15": "a value that is dead when it is published fails the opening, and is not lent",
    "OW-16":
      "`open()` opens without borrowing and waits until the resource is ready; a failure goes to its callers as well, and one that is cancelled only leaves the queue",
    "OW-17": "an opening that nobody waits for any more goes on, and the resource stays open for the next lease",
    "OW-18":
      "a generation that is lent to nobody for the `idleTimeout` is closed by its owner, and the next lease opens another",
    "OW-19":
      "the idle time-out never takes a lease: one that is given before it stops it, one that is asked for after it waits",
    "OW-20":
      "with `backoff` the next opening after a failure or a loss waits, by a factor longer each time up to `max`, less a share of chance",
    "OW-21":
      "the delays start anew after a generation that was open for `max`, or that ended because nobody wanted it any more",
    "OW-22":
      "with `maxAttempts` those who wait get one shared failure, the last, once that many openings have failed one after another",
    "OW-23": "a close ends a backoff at once",
    "OW-24": "no opening is begun when nobody waits for it any more",
    "OW-25": "in a cancelled scope `lease()` and `open()` throw and leave nothing behind, and `release()` gives back",
    "OW-26": "in a cancelled scope `close()` and `drain()` close",
    "OW-27":
      "`RUNTIME_MISMATCH` holds while the owner opens, is open, closes or backs off; a task of any runtime may close it",
    "OW-28":
      "after the close an owner holds no timer, and the process no socket, child process or timer of its resource",
    "OW-29": "of the openings that were begun each has opened, failed or was cancelled, and the ledger says how many",
    "OW-30": "instruments given to an owner see the task of each generation",
    "OW-31": "the listeners of a lease's `lost` run outside every task, whoever loses or closes",
    "OW-32": "`drain()` reports each lease that was lost while it waited, whatever lost it",
    "OW-33": "in every order of events one task opens and closes, generations never overlap, and every wait ends",
    "OW-34": "nothing is lent once the function has been told to leave `publish`, or was cancelled in it",
    "OW-35": "`lease()` and `open()` in the owner's own function, which would wait for itself, throw `OWNER_CONTRACT`",
    "OW-36":
      "`close()` and `drain()` in the owner's own function, or in a task below it, ask for the close and do not wait for it",
    "OW-37": "however often an opening fails at once and is tried again, the event loop turns in between",
    "OW-38": "a lease that was given back is not lost, whatever becomes of its generation",
    "OW-39": "a function that was given up and publishes late has broken no contract",
    "OW-40":
      "`lost` is known by what it can do: a signal of another make is one, and what is neither signal nor promise throws a TypeError",
    "OW-41":
      "whatever the function, the borrowers and the value do, every wait ends and the ledger adds up at each step",
  },
} as const satisfies Area;
