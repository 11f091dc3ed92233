import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { AlreadyHeldError, checkpoint, failAfter, type LockStatistics, Lock, sleep, taskGroup } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("AS-1"), async () => {
  const lock = new Lock();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      using _hold = await lock.acquire();
      group.startSoon(async () => {
        using _second = await lock.acquire();
        log.push("2");
      });
      await sleep(1);
      log.push("1");
    }),
  );

  expect(log).toEqual(["1", "2"]);
  expect(lock.isLocked).toBe(false);
});

test(covers("AS-2"), async () => {
  const lock = new Lock();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      await lock.acquire();
      group.startSoon(async () => {
        await lock.acquire();
        log.push("2");
        lock.release();
      });
      await sleep(1);
      log.push("1");
      lock.release();
    }),
  );

  expect(log).toEqual(["1", "2"]);
  expect(lock.isLocked).toBe(false);
});

test(covers("AS-3"), async () => {
  const orders = [];

  for (const fastAcquire of [true, false]) {
    const lock = new Lock({ fastAcquire });
    const log: string[] = [];
    await virtually(() =>
      taskGroup(async (group) => {
        group.startSoon(() => log.push("other task"));
        using _hold = await lock.acquire();
        log.push("acquired");
      }),
    );
    orders.push(log);
  }

  expect(orders).toEqual([
    ["acquired", "other task"],
    ["other task", "acquired"],
  ]);
});

test(covers("AS-4"), async () => {
  const lock = new Lock();

  const states = await virtually(() => {
    using _hold = lock.acquireNoWait();
    return [lock.isLocked, lock.statistics().isLocked];
  });

  expect(states).toEqual([true, true]);
  expect(lock.isLocked).toBe(false);
});

test(covers("AS-5"), async () => {
  const lock = new Lock({ name: "files" });

  const thrown = await virtually(() =>
    taskGroup(async (group) => {
      using _hold = await lock.acquire();
      return await group.startSoon(() => thrownBy(() => lock.acquireNoWait()));
    }),
  );

  expect(thrown).toMatchObject({ code: "RESOURCE_WOULD_BLOCK", message: expect.stringContaining('lock "files"') });
});

test(covers("AS-6"), async () => {
  const thrown = [];

  for (const fastAcquire of [true, false]) {
    const lock = new Lock({ fastAcquire });
    thrown.push(
      await virtually(async () => {
        using _hold = await lock.acquire();
        return await thrownBy(() => lock.acquire());
      }),
    );
  }

  const error = { code: "RESOURCE_ALREADY_HELD", message: "Attempted to acquire an already held Lock" };
  expect(thrown).toMatchObject([error, error]);
});

test(covers("AS-7"), async () => {
  const lock = new Lock();

  const thrown = await virtually(() => {
    using _hold = lock.acquireNoWait();
    return thrownBy(() => lock.acquireNoWait());
  });

  expect(thrown).toBeInstanceOf(AlreadyHeldError);
  expect(thrown).toMatchObject({ message: "Attempted to acquire an already held Lock" });
});

test(covers("AS-8"), async () => {
  const outcomes = [];

  for (const isReleasedFirst of [false, true]) {
    const lock = new Lock();
    let passed = false;
    await virtually(() =>
      taskGroup(async (group) => {
        const hold = await lock.acquire();
        group.startSoon(async () => {
          using _hold = await lock.acquire();
          await checkpoint();
          passed = true;
        });
        await sleep(1);
        if (isReleasedFirst) hold.release();
        group.cancel();
        hold.release();
      }),
    );
    outcomes.push({ passed, ...lock.statistics() });
  }

  expect(outcomes).toEqual([
    { passed: false, isLocked: false, tasksWaiting: 0 },
    { passed: false, isLocked: false, tasksWaiting: 0 },
  ]);
});

test(covers("AS-9"), async () => {
  const lock = new Lock();
  const seen: LockStatistics[] = [];

  await virtually(
    () =>
      taskGroup(async (group) => {
        {
          using _hold = await lock.acquire();
          seen.push(lock.statistics());
          for (let i = 0; i < 2; i++) {
            group.startSoon(async () => {
              using _other = await lock.acquire();
            });
            await sleep(1);
            seen.push(lock.statistics());
          }
        }
        await sleep(1);
        seen.push(lock.statistics());
      }),
    { name: "host" },
  );

  const owner = expect.objectContaining({ name: "host" });
  expect(seen).toEqual([
    { isLocked: true, owner, tasksWaiting: 0 },
    { isLocked: true, owner, tasksWaiting: 1 },
    { isLocked: true, owner, tasksWaiting: 2 },
    { isLocked: false, tasksWaiting: 0 },
  ]);
  expect(seen.every((statistics) => Object.isFrozen(statistics))).toBe(true);
});

test(covers("AS-10"), async () => {
  const lock = new Lock();
  const log: string[] = [];
  const acquire = async (): Promise<void> => {
    using _hold = await lock.acquire();
    await sleep(1);
    log.push("held");
  };

  await virtually(() =>
    failAfter(100, () =>
      taskGroup(async (group) => {
        const first = group.startSoon(acquire);
        group.startSoon(acquire);
        await checkpoint();
        first.cancel();
      }),
    ),
  );

  expect(log).toEqual(["held"]);
});

test(covers("AS-11"), async () => {
  const lock = new Lock();

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const hold = await lock.acquire();
      const waiter = group.startSoon(
        async () => {
          using _hold = await lock.acquire();
          await checkpoint();
        },
        { name: "waiter" },
      );
      await sleep(1);
      hold.release();
      const handed = lock.statistics().owner?.name;
      waiter.cancel();
      await waiter.wait();
      return { handed, status: waiter.status, ...lock.statistics(), again: lock.acquireNoWait().release() };
    }),
  );

  expect(seen).toEqual({ handed: "waiter", status: "cancelled", isLocked: false, tasksWaiting: 0, again: undefined });
});

test(covers("AS-12"), async () => {
  const lock = new Lock();

  const waiting = await virtually(() =>
    failAfter(3_000, () =>
      taskGroup(async (group) => {
        const hold = await lock.acquire();
        const waiter = group.startSoon(() => lock.acquire());
        await sleep(1);
        waiter.cancel();
        hold.release();
        const { tasksWaiting } = lock.statistics();
        await lock.acquire();
        lock.release();
        return tasksWaiting;
      }),
    ),
  );

  expect(waiting).toBe(0);
});

test(covers("AS-13"), async () => {
  const lock = new Lock();
  const outside = lock.statistics();

  const inside = await virtually(async () => {
    using _hold = await lock.acquire();
    return lock.isLocked;
  });

  expect(outside).toEqual({ isLocked: false, tasksWaiting: 0 });
  expect(inside).toBe(true);
});

test(covers("AS-14"), async () => {
  const lock = new Lock();
  const owners: unknown[] = [];

  await virtually(() =>
    taskGroup((group) => {
      group.startSoon(
        async () => {
          await lock.acquire();
          await sleep(1);
          owners.push(lock.statistics().owner?.name);
          lock.release();
          owners.push(lock.statistics().owner?.name);
        },
        { name: "task1" },
      );
      group.startSoon(
        async () => {
          using _hold = await lock.acquire();
        },
        { name: "task2" },
      );
    }),
  );

  expect(owners).toEqual(["task1", "task2"]);
});
