/**
 * What is promised of: events, locks, conditions, semaphores and limiters, case by case as in anyio's tests.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const anyioSynchronization = {
  letters: "AS",
  title: "Synchronisation, case by case",
  terms:
    "The cases of anyio's test_synchronization.py, in their order: AS-1 is its first test. 1 to 14 are of the lock, 15 to " +
    "19 of the event, 20 to 29 of the condition, 30 to 42 of the semaphore, 43 to 63 of the capacity limiter. A **waiter** " +
    "is a task that is suspended in an acquire or a wait. Whatever is acquired gives a **hold**, which `using` releases at " +
    "the end of the block. The **`NoWait`** form of an acquire throws `RESOURCE_WOULD_BLOCK` where the other would wait.",
  promises: {
    "AS-1":
      "a task that holds a lock with `using` runs its block before the next waiter does, and leaves the lock free",
    "AS-2": "the same with `acquire()` and `release()` called by hand",
    "AS-3": "a lock made with `fastAcquire` is acquired without a yield when it is free",
    "AS-4": "`acquireNoWait()` locks a free lock",
    "AS-5": "`acquireNoWait()` throws `RESOURCE_WOULD_BLOCK` while another task holds the lock",
    "AS-6": "`acquire()` in the task that holds the lock throws `RESOURCE_ALREADY_HELD`, with `fastAcquire` or without",
    "AS-7": "`acquireNoWait()` in the task that holds the lock throws `RESOURCE_ALREADY_HELD`",
    "AS-8":
      "a waiter that is cancelled before or after the lock is released gets past no further cancel point, and the lock is free in the end",
    "AS-9": "the statistics of a lock count its waiters as they come and go",
    "AS-10": "a task that is cancelled right after its start, while it acquires a lock, does not keep others out",
    "AS-11": "a waiter that is cancelled after the lock was handed to it passes the lock on as it unwinds",
    "AS-12": "a waiter that is cancelled before the release is no longer counted, and the lock can be acquired again",
    "AS-13": "a lock made outside every task is free, without owner and waiters, and works inside one",
    "AS-14": "`release()` makes the first waiter the owner in the same turn",
    "AS-15": "`set()` wakes a waiter of an event, and `isSet` is true from then on",
    "AS-16": "a wait of a cancelled task throws, also when the event is set by the time it runs",
    "AS-17": "a waiter of an event that is set, and then cancelled, wakes normally",
    "AS-18": "the statistics of an event count its waiters until it is set",
    "AS-19": "an event made and set outside every task lets a wait inside one return",
    "AS-20": "`notifyAll()` under the lock of a condition wakes a task that waits in a `using` block",
    "AS-21": "the same with `acquire()` and `release()` called by hand",
    "AS-22": "`acquireNoWait()` of a condition locks its lock",
    "AS-23": "`acquireNoWait()` of a condition throws `RESOURCE_WOULD_BLOCK` while another task holds the lock",
    "AS-24": "a waiter of a condition that is cancelled is not notified",
    "AS-25": "a waiter that is cancelled after it was notified passes the notification on to the next",
    "AS-26": "`wait()` and `notify()` without the lock throw `RESOURCE_NOT_HELD`",
    "AS-27": "the statistics of a condition count its waiters, and have those of its lock",
    "AS-28": "a condition made outside every task has no waiters and a free lock, and works inside one",
    "AS-29": "`waitFor()` waits on while the predicate gives nothing truthy, and gives what it gives then",
    "AS-30": "the value of a semaphore is lower inside a `using` block, and back at the end",
    "AS-31": "the same with `acquire()` and `release()` called by hand",
    "AS-32": "a semaphore made with `fastAcquire` is acquired without a yield when there is a place",
    "AS-33": "`acquireNoWait()` takes the last place, and then throws `RESOURCE_WOULD_BLOCK`",
    "AS-34":
      "a waiter of a semaphore that is cancelled before or after the release gets past no further cancel point, and the place is free in the end",
    "AS-35": "`maxValue` is what the semaphore was made with, and Infinity without",
    "AS-36": "a release above `maxValue` throws a `RangeError`",
    "AS-37": "the statistics of a semaphore count its waiters as they come and go",
    "AS-38": "a place that is released while somebody waits is theirs: an `acquireNoWait()` right after it throws",
    "AS-39": "a task that is cancelled right after its start, while it acquires a semaphore, does not keep others out",
    "AS-40":
      "a waiter that is cancelled after a place was handed to it brings the place back as it unwinds; until then the value is 0",
    "AS-41": "a waiter that is cancelled before the release is no longer counted, and the place can be acquired again",
    "AS-42": "a semaphore made outside every task works inside one",
    "AS-43": "a limiter made with a number of tokens that is neither whole nor Infinity throws a `TypeError`",
    "AS-44": "a limiter made with fewer than 0 tokens throws a `RangeError`",
    "AS-45": "a limiter may have 0 tokens",
    "AS-46": "a token that is out is counted as borrowed and not as available",
    "AS-47": "no more tasks are inside a limiter than it has tokens",
    "AS-48": "a second token for the same borrower throws `RESOURCE_ALREADY_HELD`",
    "AS-49": "releasing a token that the borrower does not hold throws `RESOURCE_NOT_HELD`",
    "AS-50": "raising `totalTokens` admits the first waiter",
    "AS-52": "the statistics of a limiter count its tokens and its waiters as they come and go",
    "AS-53": "a task that is cancelled right after its start, while it acquires a token, does not keep others out",
    "AS-54": "tokens are given in the order in which they were asked for",
    "AS-55": "raising `totalTokens` by two admits two waiters at once, beside the borrower that is inside",
    "AS-56": "a limiter made outside every task can be changed there, with the same checks, and has nobody inside",
    "AS-57": "a limiter of 0 tokens can be made outside every task",
    "AS-58": "a limiter of infinitely many tokens can be made outside every task",
    "AS-59":
      "the number of tokens is given first and everything else by name, in a task and outside every task, and can be set by name later",
    "AS-60": "when a waiter is cancelled in the turn in which its token comes, the next waiter gets the token",
    "AS-61":
      "`acquireNoWait()` in another task than the borrower throws `RESOURCE_WOULD_BLOCK` when no token is available",
    "AS-62":
      "`acquireOnBehalfOfNoWait()` for a second borrower throws `RESOURCE_WOULD_BLOCK` when no token is available",
    "AS-63":
      "a token that is released while somebody waits is theirs: an `acquireOnBehalfOfNoWait()` right after it throws, and no token is given twice",
  },
  absent: {
    "AS-51": "the default limiter of worker threads: there are no worker threads here whose number would be limited",
  },
} as const satisfies Area;
