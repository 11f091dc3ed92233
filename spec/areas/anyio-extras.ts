/**
 * What is promised of: the rest of anyio that tests of its own hold there.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const anyioExtras = {
  letters: "AX",
  title: "anyio's low-level functions",
  terms:
    "What anyio's tests of its low-level and debugging functions show, here. To **yield** is to let every other task that is " +
    "ready go on first.",
  promises: {
    "AX-1": "`checkpointIfCancelled` does not yield, and throws in a cancelled scope",
    "AX-2": "`cancelShieldedCheckpoint` yields, and throws in no scope",
    "AX-3": "`checkpoint` yields, and throws in a cancelled scope",
    "AX-4": "`runningTasks` gives every task that has not ended, with its name and its parent's id",
    "AX-5": "a task without a name has one made of its id",
    "AX-6":
      "`currentEffectiveDeadline` is the earliest deadline up to the first shield, Infinity without one, and -Infinity once cancelled",
    "AX-7": "`sleepUntil` ends at a time of the clock, and is a checkpoint when that has passed",
  },
  absent: {
    "run_sync, to_thread, from_thread, blocking portals":
      "JavaScript has no threads that share functions; a Worker is reached by messages, and only a Worker can block",
    "TaskInfo.coro, the asyncio call graph, eager task factories": "asyncio's own",
    "MockClock's rate":
      "the virtual clock moves when every task waits, and a clock that runs at a rate is neither real nor exact",
    "before_task_step, after_task_step": "no hook tells when the code after an `await` goes on",
    "guest mode": "there is one event loop, and every task already runs on it",
  },
} as const satisfies Area;
