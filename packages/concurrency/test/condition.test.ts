import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, Condition, Lock, moveOnAfter, run, sleep, taskGroup } from "../src/index.ts";
import { drained, thrownBy, virtually, watchRejections } from "./virtually.ts";

test(covers("SY-2"), async () => {
  const condition = new Condition();

  const thrown = await virtually(() =>
    taskGroup(async (group) => {
      const waiting = ["first", "second"].map((name) =>
        group.startSoon(() => thrownBy(() => condition.withLock(() => condition.wait())), { name }),
      );
      await sleep(1);
      group.startSoon(() => condition.acquire());
      return await Promise.all(waiting);
    }),
  );

  expect(thrown).toMatchObject([{ code: "RESOURCE_BROKEN" }, { code: "RESOURCE_BROKEN" }]);
  expect(condition.statistics().tasksWaiting).toBe(0);
});

test("a notified waiter that finds the lock broken throws, and so does one that it breaks while that waits for it", async () => {
  const condition = new Condition();

  const thrown = await virtually(() =>
    taskGroup(async (group) => {
      const waiting = Array.from({ length: 2 }, () =>
        group.startSoon(() => thrownBy(() => condition.withLock(() => condition.wait()))),
      );
      await sleep(1);
      group.startSoon(async () => {
        await condition.acquire();
        condition.notifyAll();
        await sleep(1);
      });
      return await Promise.all(waiting);
    }),
  );

  expect(thrown).toMatchObject([{ code: "RESOURCE_BROKEN" }, { code: "RESOURCE_BROKEN" }]);
});

test("a waiter that has the lock again, and ends with it, breaks it for those who wait to be notified", async () => {
  const condition = new Condition();

  const thrown = await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => condition.acquire().then(() => condition.wait()));
      const behind = group.startSoon(() => thrownBy(() => condition.withLock(() => condition.wait())));
      await sleep(1);
      await condition.withLock(() => condition.notify());
      return await behind;
    }),
  );

  expect(thrown).toMatchObject({ code: "RESOURCE_BROKEN" });
});

test("a waiter that is cancelled under a broken lock throws the cancellation", async () => {
  const condition = new Condition();

  const thrown = await virtually(() =>
    taskGroup(async (group) => {
      const scope = new CancelScope();
      const waiting = group.startSoon(() =>
        scope.run(() => condition.withLock(() => thrownBy(() => condition.wait()))),
      );
      await sleep(1);
      group.startSoon(async () => {
        await condition.acquire();
        scope.cancel();
        await sleep(1);
      });
      return await waiting;
    }),
  );

  expect(thrown).toMatchObject({ code: "TASK_CANCELLED" });
});

test(covers("SY-14"), async () => {
  const condition = new Condition();
  const seen: unknown[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(
        async () => {
          using hold = await condition.acquire();
          await condition.wait();
          seen.push(hold.isReleased, condition.statistics().lockStatistics.owner?.name);
          hold.release();
          seen.push(hold.isReleased, condition.statistics().lockStatistics.isLocked);
        },
        { name: "waiter" },
      );
      await sleep(1);
      await condition.withLock(() => condition.notify());
    }),
  );

  expect(seen).toEqual([false, "waiter", true, false]);
});

test(covers("SY-15"), async () => {
  const condition = new Condition();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      const waiting = group.startSoon(
        async () => {
          using _hold = await condition.acquire();
          await condition.wait().catch((error: { code: string }) => log.push(error.code));
          log.push(`held by ${condition.statistics().lockStatistics.owner?.name}`);
        },
        { name: "waiter" },
      );
      await sleep(1);
      using _hold = await condition.acquire();
      waiting.cancel();
      await sleep(10);
      log.push("releasing");
    }),
  );

  expect(log).toEqual(["releasing", "TASK_CANCELLED", "held by waiter"]);
});

test(covers("SY-16"), async () => {
  const condition = new Condition();
  const log: number[] = [];

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      for (let index = 0; index < 4; index++) {
        group.startSoon(async () => {
          using _hold = await condition.acquire();
          await condition.wait();
          log.push(index);
        });
      }
      await sleep(1);
      const woken = [];
      for (const n of [0, 2, 1, 5]) {
        await condition.withLock(() => condition.notify(n));
        await sleep(1);
        woken.push([...log]);
      }
      return woken;
    }),
  );

  expect(seen).toEqual([[], [0, 1], [0, 1, 2], [0, 1, 2, 3]]);
});

test("without a number notify() wakes one", async () => {
  const condition = new Condition();

  const waiting = await virtually(() =>
    taskGroup(async (group) => {
      for (let index = 0; index < 3; index++) group.startSoon(() => condition.withLock(() => condition.wait()));
      await sleep(1);
      await condition.withLock(() => condition.notify());
      const left = condition.statistics().tasksWaiting;
      await condition.withLock(() => condition.notifyAll());
      return [left, condition.statistics().tasksWaiting];
    }),
  );

  expect(waiting).toEqual([2, 0]);
});

test("notify() refuses what is not a whole number from 0 up", async () => {
  const condition = new Condition();

  const thrown = await virtually(() =>
    condition.withLock(() => Promise.all([-1, 1.5, Number.NaN].map((n) => thrownBy(() => condition.notify(n))))),
  );

  expect(thrown.every((error) => error instanceof RangeError)).toBe(true);
});

test("refuses what is no lock", () => {
  const made = [{ name: "changed" }, null].map((lock) => () => new Condition(lock as never));

  expect(made[0]).toThrow(
    new TypeError("new Condition() takes a Lock, and object is not one; its options come second"),
  );
  expect(made[1]).toThrow(new TypeError("new Condition() takes a Lock, and null is not one; its options come second"));
});

test("a condition is locked while its lock is", async () => {
  const condition = new Condition();

  const seen = await virtually(async () => [await condition.withLock(() => condition.isLocked), condition.isLocked]);

  expect(seen).toEqual([true, false]);
});

test("two conditions may share a lock, and each wakes its own waiters", async () => {
  const lock = new Lock();
  const [full, empty] = [new Condition(lock), new Condition(lock)];
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => full.withLock(() => full.wait().then(() => log.push("full"))));
      group.startSoon(() => empty.withLock(() => empty.wait().then(() => log.push("empty"))));
      await sleep(1);
      await lock.withLock(() => empty.notifyAll());
      await sleep(1);
      log.push("then");
      await lock.withLock(() => full.notifyAll());
    }),
  );

  expect(log).toEqual(["empty", "then", "full"]);
});

test("a task that notified and still holds the lock keeps the woken out until it releases", async () => {
  const condition = new Condition();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => condition.withLock(() => condition.wait().then(() => log.push("woken"))));
      await sleep(1);
      using _hold = await condition.acquire();
      condition.notify();
      await sleep(10);
      log.push("releasing");
    }),
  );

  expect(log).toEqual(["releasing", "woken"]);
});

test("a notified waiter that is cancelled while it waits for the lock passes the notification on", async () => {
  const condition = new Condition();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      const first = group.startSoon(() => condition.withLock(() => condition.wait().then(() => log.push("first"))));
      group.startSoon(() => condition.withLock(() => condition.wait().then(() => log.push("second"))));
      await sleep(1);
      using _hold = await condition.acquire();
      condition.notify();
      await sleep(1);
      first.cancel();
      await sleep(1);
    }),
  );

  expect(log).toEqual(["second"]);
});

test("a notified waiter whose scope was entered by hand, and is cancelled, passes the notification on", async () => {
  const condition = new Condition();
  const scope = new CancelScope();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(async () => {
        scope.enter();
        using _hold = await condition.acquire();
        await condition.wait().catch((error: { code: string }) => log.push(error.code));
        scope.exit();
      });
      group.startSoon(() => condition.withLock(() => condition.wait().then(() => log.push("second"))));
      await sleep(1);
      using _hold = await condition.acquire();
      condition.notify();
      scope.cancel();
    }),
  );

  expect(log).toEqual(["TASK_CANCELLED", "second"]);
});

test("other code of a task may acquire the lock while a wait of the task is about to have it again", async () => {
  const condition = new Condition();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() =>
        Promise.all([
          condition.withLock(() => condition.wait().then(() => log.push("the wait"))),
          sleep(2).then(() => condition.withLock(() => log.push("the other code"))),
        ]),
      );
      await sleep(1);
      await condition.withLock(() => {
        condition.notify();
        return sleep(3);
      });
    }),
  );

  expect(log).toEqual(["the wait", "the other code"]);
});

test("a wait that nobody awaits does not take the lock back once its block has been left", async () => {
  const condition = new Condition();

  const isLocked = await virtually(() =>
    moveOnAfter(5, async () => {
      {
        using _hold = await condition.acquire();
        await Promise.race([condition.wait(), sleep(1)]);
      }
      await sleep(1);
      return condition.statistics().lockStatistics.isLocked;
    }),
  );

  expect(isLocked).toBe(false);
  expect(condition.statistics().lockStatistics.isLocked).toBe(false);
});

test("a wait whose block is left while it waits for the lock leaves the lock to others", async () => {
  const condition = new Condition();

  const isLocked = await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(async () => {
        {
          using _hold = await condition.acquire();
          await Promise.race([condition.wait(), sleep(3)]);
        }
        await sleep(10);
      });
      await sleep(1);
      const inside = await condition.withLock(async () => {
        condition.notify();
        await sleep(5);
        return condition.statistics().lockStatistics.isLocked;
      });
      await sleep(1);
      return [inside, condition.statistics().lockStatistics.isLocked];
    }),
  );

  expect(isLocked).toEqual([true, false]);
});

test("a wait whose task ends while it waits for the lock cleans up under the lock, and passes its notification on", async () => {
  const condition = new Condition();
  const log: string[] = [];
  const waitAs = async (name: string): Promise<void> => {
    using _hold = await condition.acquire();
    try {
      await condition.wait();
      log.push(name);
    } finally {
      log.push(`${name} cleans up, held by ${condition.statistics().lockStatistics.owner?.name}`);
    }
  };

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(
        () => {
          const working = waitAs("first");
          return Promise.race([working, sleep(3)]);
        },
        { name: "outlived" },
      );
      await sleep(1);
      group.startSoon(() => waitAs("second"), { name: "other" });
      await sleep(1);
      using _hold = await condition.acquire();
      condition.notify();
      await sleep(5);
      log.push("releasing");
    }),
  );

  expect(log).toEqual(["releasing", "first cleans up, held by outlived", "second", "second cleans up, held by other"]);
  expect(condition.statistics()).toMatchObject({ tasksWaiting: 0, lockStatistics: { isLocked: false } });
});

test("what the predicate of waitFor() throws is thrown, and the lock is still held", async () => {
  const condition = new Condition();
  const failure = new Error("failure");

  const seen = await virtually(() =>
    condition.withLock(async () => ({
      thrown: await thrownBy(() =>
        condition.waitFor(() => {
          throw failure;
        }),
      ),
      isLocked: condition.statistics().lockStatistics.isLocked,
    })),
  );

  expect(seen).toEqual({ thrown: failure, isLocked: true });
});

test("the failure of a predicate is an unhandled rejection when nobody awaits it", async () => {
  using rejections = watchRejections();
  const condition = new Condition();
  const failure = new Error("failure");

  await run(() =>
    condition.withLock(async () => {
      void condition.waitFor(() => {
        throw failure;
      });
      await sleep(1);
    }),
  );
  await drained();

  expect(rejections.reasons).toEqual([failure]);
});
