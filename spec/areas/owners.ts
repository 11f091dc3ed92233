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
    "resource is a **generation**. A **lease** is one borrower's right to use one generation. The **ledger**, which " +
    "`statistics()` gives, counts the leases and waiters and keeps the failures.",
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
  },
} as const satisfies Area;
