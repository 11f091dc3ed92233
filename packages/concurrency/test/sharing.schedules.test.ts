import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  Condition,
  Event,
  type Hold,
  Lock,
  openMemoryChannel,
  Semaphore,
  sleep,
  taskGroup,
} from "../src/index.ts";
import { allSchedules, type Program } from "./all-schedules.ts";

/** Fails a program with what it saw. */
function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** Counts who is inside, and fails when they are more than may be. */
class Inside {
  readonly #most: number;
  readonly entered: string[] = [];
  #now = 0;

  constructor(most: number) {
    this.#most = most;
  }

  async visit(name: string, hold: Hold): Promise<void> {
    using _hold = hold;
    this.#now += 1;
    this.entered.push(name);
    check(this.#now <= this.#most, `${this.#now} are inside where ${this.#most} may be`);
    try {
      await sleep(1);
    } finally {
      this.#now -= 1;
    }
  }
}

/** Tasks that each take the lock once; some in a scope that another task cancels. */
function lockProgram(tasks: number, cancelled: number): Program {
  return async () => {
    const lock = new Lock();
    const inside = new Inside(1);
    const scope = new CancelScope();
    let gaveUp = 0;
    await taskGroup((group) => {
      for (let index = 0; index < tasks; index++) {
        const visit = async (): Promise<void> => inside.visit(`${index}`, await lock.acquire());
        if (index >= cancelled) group.startSoon(visit);
        else {
          group.startSoon(async () => {
            await scope.run(visit);
            if (!inside.entered.includes(`${index}`)) gaveUp += 1;
          });
        }
      }
      if (cancelled > 0) group.startSoon(() => scope.cancel());
    });
    check(inside.entered.length + gaveUp === tasks, "a task neither got the lock nor gave it up");
    check(!lock.isLocked && lock.statistics().tasksWaiting === 0, "the lock is held, or waited for, at the end");
  };
}

function semaphoreProgram(tasks: number, cancelled: number): Program {
  return async () => {
    const semaphore = new Semaphore(2);
    const inside = new Inside(2);
    const scope = new CancelScope();
    await taskGroup((group) => {
      for (let index = 0; index < tasks; index++) {
        const visit = async (): Promise<void> => inside.visit(`${index}`, await semaphore.acquire());
        group.startSoon(index < cancelled ? () => scope.run(visit) : visit);
      }
      if (cancelled > 0) group.startSoon(() => scope.cancel());
    });
    check(inside.entered.length >= tasks - cancelled, "a task that nobody cancelled did not get in");
    check(semaphore.value === 2 && semaphore.statistics().tasksWaiting === 0, "a place is lost at the end");
  };
}

/** Two wait for a notification, one of them perhaps cancelled, and one is sent. */
const conditionProgram: Program = async () => {
  const condition = new Condition();
  const scope = new CancelScope();
  let woken = 0;
  await taskGroup((group) => {
    const wait = async (): Promise<void> => {
      using _hold = await condition.acquire();
      await condition.wait();
      woken += 1;
    };
    group.startSoon(() => scope.run(wait));
    group.startSoon(() => new CancelScope({ timeout: 50 }).run(wait));
    group.startSoon(() => scope.cancel());
    group.startSoon(async () => {
      await sleep(1);
      using _hold = await condition.acquire();
      const { tasksWaiting } = condition.statistics();
      condition.notify();
      check(tasksWaiting <= 2, "more wait than there are");
    });
  });
  // One notification was sent while the second waited, whatever became of the first.
  check(woken >= 1, "the notification woke nobody");
};

/** Two senders and two receivers at one rendezvous, a receiver cancelled: what was sent is received once, or not sent. */
function channelProgram(bufferSize: number): Program {
  return async () => {
    const { send, receive } = openMemoryChannel<number>(bufferSize);
    const scope = new CancelScope();
    const received: number[] = [];
    await taskGroup((group) => {
      group.startSoon(async () => {
        await scope.run(async () => void received.push(await receive.receive()));
        // Whoever is left takes what the cancelled one did not.
        for await (const item of receive) received.push(item);
      });
      group.startSoon(() => scope.cancel());
      group.startSoon(async () => {
        await taskGroup((senders) => {
          senders.startSoon(() => send.send(1));
          senders.startSoon(() => send.send(2));
        });
        send.close();
      });
    });
    check(received.toSorted().join() === "1,2", `received ${received.join()}`);
  };
}

/** A setter, two waiters, and a cancellation of one of them. */
const eventProgram: Program = async () => {
  const event = new Event();
  const scope = new CancelScope();
  let woken = 0;
  const wait = async (): Promise<void> => {
    await event.wait();
    woken += 1;
  };
  await taskGroup((group) => {
    group.startSoon(() => scope.run(wait));
    group.startSoon(wait);
    group.startSoon(() => event.set());
    group.startSoon(() => scope.cancel());
  });
  check(woken === 2 || scope.cancelledCaught, "a waiter was neither woken nor cancelled");
  check(event.statistics().tasksWaiting === 0, "a waiter is left");
};

const limit = 10_000;

const programs: [orders: number, what: string, program: Program][] = [
  [18, "three tasks and a lock", lockProgram(3, 0)],
  [17, "two tasks and a lock, one of them cancelled", lockProgram(2, 1)],
  [126, "three tasks and a lock, one of them cancelled", lockProgram(3, 1)],
  [672, "three tasks and a semaphore of two", semaphoreProgram(3, 0)],
  [2292, "three tasks and a semaphore of two, one of them cancelled", semaphoreProgram(3, 1)],
  [152, "two that wait for a condition, one of them cancelled, and one notification", conditionProgram],
  [2326, "a rendezvous of two senders and a cancelled receiver", channelProgram(0)],
  [3982, "a buffer of one, two senders and a cancelled receiver", channelProgram(1)],
  [86, "an event, two waiters and a cancellation", eventProgram],
];

test.each(programs)(`${covers("SY-23")} (all %i orders of %s)`, async (orders, _what, program) => {
  const explored = await allSchedules(program, { limit });

  expect(explored).toEqual({ orders, exhausted: true });
});
