import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  CapacityLimiter,
  checkpoint,
  Condition,
  isCancelled,
  Lock,
  openMemoryChannel,
  run,
  Semaphore,
  taskGroup,
  WouldBlockError,
} from "../src/index.ts";
import { waitAllTasksBlocked } from "../src/testing/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

/** What lets one in at a time. */
interface LockLike {
  acquire(): Promise<unknown>;
  acquireNoWait(): unknown;
  release(): void;
}

/** Whoever has an item in the buffer, beside those that were put there first, is inside. */
function lockOfRoom(bufferSize: number): LockLike {
  const { send, receive } = openMemoryChannel<null>(bufferSize);
  for (let taken = 1; taken < bufferSize; taken++) send.sendNoWait(null);
  return {
    acquire: () => send.send(null),
    acquireNoWait: () => send.sendNoWait(null),
    release: () => void receive.receiveNoWait(),
  };
}

/** Whoever has the one item is inside. */
function lockOfItem(): LockLike {
  const { send, receive } = openMemoryChannel<null>(10);
  send.sendNoWait(null);
  return {
    acquire: () => receive.receive(),
    acquireNoWait: () => receive.receiveNoWait(),
    release: () => send.sendNoWait(null),
  };
}

/** Who waits is handed the lock by who leaves. */
function lockOfHandOver(): LockLike {
  const { send, receive } = openMemoryChannel<null>(0);
  let isTaken = false;
  return {
    async acquire(): Promise<void> {
      if (isTaken) {
        await send.send(null);
        return;
      }
      isTaken = true;
      await checkpoint();
    },
    acquireNoWait(): void {
      isTaken = true;
    },
    release(): void {
      try {
        receive.receiveNoWait();
      } catch (error) {
        if (!(error instanceof WouldBlockError)) throw error;
        isTaken = false;
      }
    },
  };
}

const locks: readonly (readonly [name: string, make: () => LockLike])[] = [
  ["a lock", () => new Lock()],
  ["a semaphore of one", () => new Semaphore(1)],
  ["a limiter of one", () => new CapacityLimiter(1)],
  ["a channel with room for one", () => lockOfRoom(1)],
  ["a channel with room for one more", () => lockOfRoom(10)],
  ["a channel with one item", () => lockOfItem()],
  ["a channel without a buffer", () => lockOfHandOver()],
];

test.each(locks)(`${covers("PE-8")} (%s)`, async (_name, make) => {
  const lock = make();
  const entered: number[] = [];
  let inside = 0;
  let most = 0;

  await virtually(() =>
    taskGroup((group) => {
      for (const worker of [1, 2, 3]) {
        group.startSoon(async () => {
          for (let round = 0; round < 4; round++) {
            await lock.acquire();
            entered.push(worker);
            most = Math.max(most, ++inside);
            await checkpoint();
            inside -= 1;
            lock.release();
          }
        });
      }
    }),
  );

  expect(entered).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
  expect(most).toBe(1);
});

test.each(locks)("they come in turns in real time as well (%s)", async (_name, make) => {
  const lock = make();
  const entered: number[] = [];

  await run(() =>
    taskGroup((group) => {
      for (const worker of [1, 2, 3]) {
        group.startSoon(async () => {
          for (let round = 0; round < 4; round++) {
            await lock.acquire();
            entered.push(worker);
            lock.release();
          }
        });
      }
    }),
  );

  expect(entered).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
});

test.each(locks)(`${covers("PE-9")} (%s)`, async (_name, make) => {
  const lock = make();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      lock.acquireNoWait();
      group.startSoon(async () => {
        await lock.acquire();
        log.push("entered");
        lock.release();
      });
      await waitAllTasksBlocked();
      log.push("released");
      lock.release();
    }),
  );

  expect(log).toEqual(["released", "entered"]);
});

test(covers("PE-10"), async () => {
  const condition = new Condition();
  const log: string[] = [];
  const waiter = (name: string) => async (): Promise<void> => {
    using _hold = await condition.acquire();
    await condition.wait();
    log.push(name);
  };

  const [notified, released] = await virtually(() =>
    taskGroup(async (group) => {
      for (const name of ["first", "second", "third"]) group.startSoon(waiter(name));
      await waitAllTasksBlocked();
      const hold = await condition.acquire();
      condition.notify(2);
      const during = condition.statistics();
      hold.release();
      const after = condition.statistics();
      using _again = await condition.acquire();
      log.push("the one who notified");
      condition.notifyAll();
      return [during, after];
    }),
  );

  expect(notified).toMatchObject({ tasksWaiting: 1, lockStatistics: { tasksWaiting: 2 } });
  expect(released).toMatchObject({ tasksWaiting: 1, lockStatistics: { isLocked: true, tasksWaiting: 1 } });
  expect(log).toEqual(["first", "second", "the one who notified", "third"]);
});

test("in a cancelled scope a closed end throws the cancellation, and not that it is closed", async () => {
  const { send, receive } = openMemoryChannel<number>(0);
  send.close();
  receive.close();

  const thrown = await virtually(() =>
    new CancelScope().run(async (scope) => {
      scope.cancel();
      return [await thrownBy(() => send.send(1)), await thrownBy(() => receive.receive())];
    }),
  );

  expect(thrown?.map(isCancelled)).toEqual([true, true]);
});

test("without a buffer those who wait to send are counted as waiting, and their items are in no buffer", async () => {
  const { send, receive } = openMemoryChannel<number>(0);

  const [seen, items] = await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => send.send(1));
      group.startSoon(() => send.send(2));
      await waitAllTasksBlocked();
      const statistics = receive.statistics();
      return [statistics, [receive.receiveNoWait(), await receive.receive()]];
    }),
  );

  expect(seen).toMatchObject({ bufferUsed: 0, bufferSize: 0, tasksWaitingSend: 2, tasksWaitingReceive: 0 });
  expect(items).toEqual([1, 2]);
});

test("a condition is made with a lock, and refuses anything else", () => {
  for (const other of [new Semaphore(1), new Condition(), { name: "changed" }, null, "lock"]) {
    expect(() => new Condition(other as never)).toThrow(TypeError);
  }
});
