import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  CapacityLimiter,
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

/** One whose block is left while it waits, one that waits on, and a notification that one of them can use. */
const leftConditionProgram: Program = async () => {
  const condition = new Condition();
  const log: string[] = [];
  await taskGroup(async (group) => {
    group.startSoon(async () => {
      using _hold = await condition.acquire();
      const waiting = condition.wait().then(
        () => log.push("in its block"),
        () => log.push("left"),
      );
      await Promise.race([waiting, sleep(1)]);
    });
    const patient = group.startSoon(() => condition.withLock(() => condition.wait().then(() => log.push("patient"))));
    group.startSoon(async () => {
      await sleep(1);
      using _hold = await condition.acquire();
      condition.notify();
    });
    await sleep(5);
    patient.cancel();
  });
  check(log.includes("patient") || log.includes("in its block"), `the notification was lost: ${log.join()}`);
  check(!condition.isLocked && condition.statistics().tasksWaiting === 0, "held, or waited for, at the end");
};

/** Three tasks and a limiter that is made smaller and larger, one of them cancelled. */
const limiterProgram: Program = async () => {
  const limiter = new CapacityLimiter(1);
  const inside = new Inside(2);
  const scope = new CancelScope();
  await taskGroup((group) => {
    const visit = async (): Promise<void> => inside.visit("", await limiter.acquire());
    group.startSoon(() => scope.run(visit));
    group.startSoon(visit);
    group.startSoon(() => {
      limiter.totalTokens = 0;
      scope.cancel();
      limiter.totalTokens = 2;
    });
  });
  check(inside.entered.length >= 1, "a task that nobody cancelled did not get in");
  check(limiter.borrowedTokens === 0 && limiter.statistics().tasksWaiting === 0, "a token is out at the end");
};

/** Two senders at ends of their own, of which one is closed from outside, and a receiver that is cancelled. */
const closingProgram: Program = async () => {
  const { send, receive } = openMemoryChannel<number>();
  const sent: number[] = [];
  const received: number[] = [];
  const scope = new CancelScope();
  await taskGroup((group) => {
    const [first, second] = [send, send.clone()];
    const sendAt = async (end: typeof send, item: number): Promise<void> => {
      using mine = end;
      await mine.send(item).then(
        () => sent.push(item),
        () => {},
      );
    };
    group.startSoon(() => sendAt(first, 1));
    group.startSoon(() => sendAt(second, 2));
    group.startSoon(() => {
      second.close();
      scope.cancel();
    });
    group.startSoon(async () => {
      await scope.run(async () => void received.push(await receive.receive()));
      for await (const item of receive) received.push(item);
    });
  });
  check(sorted(received) === sorted(sent), `sent ${sent.join()}, received ${received.join()}`);
  check(receive.statistics().tasksWaitingSend === 0, "a sender waits at the end");
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
    check(sorted(received) === "1,2", `received ${received.join()}`);
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

function sorted(items: readonly number[]): string {
  return items.toSorted((left, right) => left - right).join();
}

const limit = 10_000;

const programs: [orders: number, what: string, program: Program][] = [
  [18, "three tasks and a lock", lockProgram(3, 0)],
  [17, "two tasks and a lock, one of them cancelled", lockProgram(2, 1)],
  [126, "three tasks and a lock, one of them cancelled", lockProgram(3, 1)],
  [672, "three tasks and a semaphore of two", semaphoreProgram(3, 0)],
  [2292, "three tasks and a semaphore of two, one of them cancelled", semaphoreProgram(3, 1)],
  [304, "two that wait for a condition, one of them cancelled, and one notification", conditionProgram],
  [1980, "a condition, a wait whose block is left, one that goes on, and one notification", leftConditionProgram],
  [22, "two tasks, one of them cancelled, and a limiter that is resized", limiterProgram],
  [726, "two senders, one whose end is closed, and a cancelled receiver", closingProgram],
  [2326, "a rendezvous of two senders and a cancelled receiver", channelProgram(0)],
  [3982, "a buffer of one, two senders and a cancelled receiver", channelProgram(1)],
  [86, "an event, two waiters and a cancellation", eventProgram],
];

test.each(programs)(`${covers("SY-23")} (all %i orders of %s)`, async (orders, _what, program) => {
  const explored = await allSchedules(program, { limit });

  expect(explored).toEqual({ orders, exhausted: true });
});
