/**
 * What is promised of: locks, conditions, semaphores and limiters.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const locks = {
  letters: "SY",
  title: "Locks, conditions, semaphores and limiters",
  terms:
    "Beyond the cases above: a lock is **broken** when its owner ended without releasing it. A **borrower** of a limiter is " +
    "a task, or any value that a token is acquired on behalf of. A **resource guard** lets one at a time in, and throws at the second.",
  promises: {
    "SY-1":
      "a task that ends while it holds a lock breaks it: every waiter and every later acquire throws `RESOURCE_BROKEN`",
    "SY-2":
      "a task that waits for a notification is failed with `RESOURCE_BROKEN` when the lock of its condition breaks",
    "SY-3": "a lock, a semaphore and a limiter serve those who wait in the order in which they came",
    "SY-4": "whatever is acquired, released and cancelled in whatever order, no two tasks are inside a lock",
    "SY-5":
      "whatever is acquired, released, cancelled and resized in whatever order, no semaphore and no limiter has more inside than it has places",
    "SY-6": "whatever is notified and cancelled in whatever order, no wake-up is lost: who can go on does",
    "SY-7": "every acquire and every wait is a cancel point, also when it has nothing to wait for; no release is one",
    "SY-8": "acquiring and releasing a lock or a token of the current task outside every task throws `NO_TASK`",
    "SY-9":
      "semaphores, resource guards and tokens on behalf of a borrower work outside every task, and `withLock` starts a root task there",
    "SY-10": "releasing a hold twice does nothing the second time, also when another has acquired meanwhile",
    "SY-11":
      "releasing a hold of a lock in another task than its owner throws `RESOURCE_NOT_HELD`, and changes nothing",
    "SY-12": "`withLock` holds the lock for the length of its function, gives its value, and releases when it throws",
    "SY-13":
      "a second acquire in a task that waits for the same lock throws `RESOURCE_ALREADY_HELD`, whoever holds the lock meanwhile",
    "SY-14": "the hold that a task waits under is the one it has after the wait: `using` releases it once",
    "SY-15": "a waiter of a condition that is cancelled has the lock again before the cancellation is thrown",
    "SY-16": "`notify(n)` wakes those who have waited longest, `n` at most, and no others",
    "SY-17": "`totalTokens` below the number that is out admits nobody until enough has come back",
    "SY-18":
      "a resource guard throws `RESOURCE_BUSY` at the second who enters, and lets the next one in when the first has left",
    "SY-19": "one lock may serve different runtimes one after another",
    "SY-20": "a hundred thousand waiters come, are cancelled and are served in time linear in their number",
    "SY-21": "a deadlock report names what is waited for",
    "SY-22":
      "of two waits for locks or conditions that are cancelled together, the one that nobody awaits is no unhandled rejection",
    "SY-23":
      "in whatever order the steps of a small program come, nobody enters where another is, every waiter is served or gave up, nothing stays held, and no item is lost or given twice",
    "SY-24":
      "a wait for a condition whose block is left without it ends with `RESOURCE_NOT_HELD`, and no notification is lost on it",
    "SY-25":
      "what is made with one installed copy of the package is shared with tasks, conditions and scopes of another",
  },
} as const satisfies Area;
