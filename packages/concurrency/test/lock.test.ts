import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  CapacityLimiter,
  checkpoint,
  Condition,
  Event,
  gather,
  type Hold,
  Lock,
  run,
  Semaphore,
  sleep,
  taskGroup,
} from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { drained, thrownBy, virtually, watchRejections } from "./virtually.ts";

test(covers("U-16"), async () => {
  const lock = new Lock();
  const update = async (): Promise<string> => {
    using _hold = await lock.acquire();
    await sleep(1);
    return "updated";
  };

  const outcomes = await virtually(() => Promise.allSettled([update(), update()]));

  expect(outcomes).toMatchObject([
    { value: "updated" },
    { reason: { code: "RESOURCE_ALREADY_HELD", hint: expect.stringContaining("use a task group") } },
  ]);
  expect(lock.isLocked).toBe(false);
});

test(covers("SY-13"), async () => {
  const lock = new Lock();

  const outcomes = await virtually(() =>
    taskGroup(async (group) => {
      const hold = await lock.acquire();
      const waiting = group.startSoon(() =>
        Promise.allSettled([lock.acquire().then((own) => own.release()), lock.acquire()]),
      );
      await sleep(1);
      hold.release();
      return await waiting;
    }),
  );

  const message = "acquire() on a lock, which the same task waits for already; give each acquire() a task of its own";
  expect(outcomes).toMatchObject([{ status: "fulfilled" }, { reason: { code: "RESOURCE_ALREADY_HELD", message } }]);
  expect(lock.isLocked).toBe(false);
});

test("a wait that has the lock again does not answer for an acquire of its task that still waits", async () => {
  const lock = new Lock();
  const condition = new Condition(lock);

  const thrown = await virtually(() =>
    taskGroup(async (group) => {
      const waiter = group.startSoon(async () => {
        const waiting = condition.withLock(() => condition.wait());
        await sleep(3);
        const asked = lock.acquire();
        await waiting;
        const refused = await thrownBy(() => lock.acquire());
        (await asked).release();
        return refused;
      });
      await sleep(1);
      const hold = await lock.acquire();
      condition.notify();
      group.startSoon(() => lock.withLock(() => sleep(5)));
      await sleep(5);
      hold.release();
      return await waiter;
    }),
  );

  expect(thrown).toMatchObject({ code: "RESOURCE_ALREADY_HELD" });
});

test("a task whose wait for a lock was cancelled may wait for it again", async () => {
  const lock = new Lock();

  const held = await virtually(() =>
    taskGroup(async (group) => {
      const hold = await lock.acquire();
      const waiting = group.startSoon(async () => {
        const scope = new CancelScope({ timeout: 1 });
        await scope.run(() => lock.acquire());
        using _hold = await lock.acquire();
        return scope.cancelledCaught && lock.isLocked;
      });
      await sleep(2);
      hold.release();
      return await waiting;
    }),
  );

  expect(held).toBe(true);
});

test(covers("SY-3"), async () => {
  const names = ["a", "b", "c", "d"];
  const limiter = new CapacityLimiter(1);
  const acquires = [new Lock(), new Semaphore(1), limiter].map((shared) => (): Promise<Hold> => shared.acquire());

  const orders = await virtually(() =>
    gather(
      acquires.map((acquire) => async () => {
        const log: string[] = [];
        await taskGroup(async (group) => {
          for (const name of names) {
            const handle = group.startSoon(async () => {
              using _hold = await acquire();
              log.push(name);
              await sleep(10);
            });
            await sleep(1);
            if (name === "c") handle.cancel();
          }
        });
        return log;
      }),
    ),
  );

  expect(orders).toEqual(acquires.map(() => ["a", "b", "d"]));
});

test(covers("SY-7"), async () => {
  const lock = new Lock({ fastAcquire: true });
  const semaphore = new Semaphore(1, { fastAcquire: true });
  const limiter = new CapacityLimiter(1);

  const codes = await virtually(() =>
    new CancelScope().run(async (scope) => {
      const holds = [lock.acquireNoWait(), semaphore.acquireNoWait(), limiter.acquireNoWait()];
      scope.cancel();
      for (const hold of holds) hold.release();
      const waits = [
        () => lock.acquire(),
        () => lock.withLock(() => "not called"),
        () => semaphore.acquire(),
        () => limiter.acquire(),
        () => limiter.acquireOnBehalfOf("A"),
        () => new Condition(lock).acquire(),
      ];
      return await Promise.all(waits.map((wait) => thrownBy(wait).then((error) => (error as { code: string }).code)));
    }),
  );

  expect(codes).toEqual(Array.from({ length: 6 }, () => "TASK_CANCELLED"));
  expect([lock.isLocked, semaphore.value, limiter.borrowedTokens]).toEqual([false, 1, 0]);
});

test("an acquire that has nothing to wait for yields once", async () => {
  const acquires = [new Lock(), new Semaphore(1), new CapacityLimiter(1)].map(
    (shared) => (): Promise<Hold> => shared.acquire(),
  );
  const log: string[] = [];

  await virtually(async () => {
    for (const acquire of acquires) {
      await taskGroup(async (group) => {
        group.startSoon(() => log.push("other task"));
        using _hold = await acquire();
        log.push("acquired");
      });
    }
  });

  expect(log).toEqual(acquires.flatMap(() => ["other task", "acquired"]));
});

test(covers("SY-8"), async () => {
  const lock = new Lock({ name: "files" });
  const condition = new Condition(lock);
  const limiter = new CapacityLimiter(1);

  const attempts = [
    () => lock.acquire(),
    () => lock.acquireNoWait(),
    () => lock.release(),
    () => condition.acquire(),
    () => condition.wait(),
    () => condition.waitFor(() => true),
    () => condition.notify(),
    () => condition.notifyAll(),
    () => limiter.acquire(),
    () => limiter.acquireNoWait(),
    () => limiter.release(),
  ];
  const thrown = await Promise.all(attempts.map((attempt) => thrownBy(attempt)));

  expect(thrown).toMatchObject(attempts.map(() => ({ code: "NO_TASK" })));
  expect((thrown[0] as Error).message).toContain('acquire() on lock "files"');
});

test(covers("SY-9"), async () => {
  const lock = new Lock();
  const semaphore = new Semaphore(1);
  const limiter = new CapacityLimiter(1);

  const first = [await semaphore.acquire(), await limiter.acquireOnBehalfOf("A")];
  const second = [semaphore.acquire(), limiter.acquireOnBehalfOf("B")];
  for (const hold of first) hold.release();
  const holds = await Promise.all(second);
  const name = await lock.withLock(() => lock.statistics().owner?.name);

  expect(holds.map((hold) => hold.isReleased)).toEqual([false, false]);
  expect(limiter.statistics().borrowers).toEqual(["B"]);
  expect(name).toEqual(expect.any(String));
});

test(covers("SY-10"), async () => {
  const lock = new Lock();
  const semaphore = new Semaphore(1);
  const limiter = new CapacityLimiter(1);

  await virtually(async () => {
    const holds = [await lock.acquire(), await semaphore.acquire(), await limiter.acquire()];
    for (const hold of holds) hold.release();
    const again = [await lock.acquire(), await semaphore.acquire(), await limiter.acquire()];
    for (const hold of holds) hold[Symbol.dispose]();

    expect([lock.isLocked, semaphore.value, limiter.borrowedTokens]).toEqual([true, 0, 1]);
    expect([holds, again].map((some) => some.map((hold) => hold.isReleased))).toEqual([
      [true, true, true],
      [false, false, false],
    ]);
    for (const hold of again) hold.release();
  });

  expect([lock.isLocked, semaphore.value, limiter.borrowedTokens]).toEqual([false, 1, 0]);
});

test("a hold whose lock or token was released by hand is released", async () => {
  const lock = new Lock();
  const limiter = new CapacityLimiter(1);

  const released = await virtually(async () => {
    const holds = [await lock.acquire(), await limiter.acquire()];
    lock.release();
    limiter.release();
    return holds.map((hold) => hold.isReleased);
  });

  expect(released).toEqual([true, true]);
});

test(covers("SY-11"), async () => {
  const lock = new Lock();

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const hold = await lock.acquire();
      const attempts = [() => hold.release(), () => hold[Symbol.dispose](), () => lock.release()];
      const thrown = await group.startSoon(() => Promise.all(attempts.map((attempt) => thrownBy(attempt))));
      const after = { isReleased: hold.isReleased, isLocked: lock.isLocked };
      hold.release();
      await group.startSoon(() => hold.release());
      return { thrown, after };
    }),
  );

  const error = { code: "RESOURCE_NOT_HELD", message: "The current task is not holding this lock" };
  expect(seen).toMatchObject({ thrown: [error, error, error], after: { isReleased: false, isLocked: true } });
  expect(lock.isLocked).toBe(false);
});

test("a release of a lock that nobody holds throws", async () => {
  const thrown = await virtually(() => thrownBy(() => new Lock().release()));

  expect(thrown).toMatchObject({ code: "RESOURCE_NOT_HELD" });
});

test(covers("SY-12"), async () => {
  const lock = new Lock();
  const failure = new Error("failure");

  const seen = await virtually(async () => ({
    value: await lock.withLock(async () => {
      await checkpoint();
      return lock.isLocked;
    }),
    between: lock.isLocked,
    thrown: await thrownBy(() => lock.withLock(() => Promise.reject(failure))),
  }));

  expect(seen).toEqual({ value: true, between: false, thrown: failure });
  expect(lock.isLocked).toBe(false);
});

test(covers("SY-19"), async () => {
  const lock = new Lock();
  const visit = async (): Promise<string | undefined> => {
    using _hold = await lock.acquire();
    await sleep(1);
    return lock.statistics().owner?.name;
  };

  const owners = [
    await run(visit, { runtime: new VirtualRuntime(), name: "first" }),
    await run(visit, { runtime: new VirtualRuntime(), name: "second" }),
    await run(visit, { name: "third" }),
  ];

  expect(owners).toEqual(["first", "second", "third"]);
  expect(lock.isLocked).toBe(false);
});

test("an acquire that is cancelled after the hand-off gives its lock all the same", async () => {
  const lock = new Lock();

  const isReleased = await virtually(() =>
    taskGroup(async (group) => {
      const hold = await lock.acquire();
      const scope = new CancelScope();
      const waiting = group.startSoon(() => scope.run(() => lock.acquire()).then((own) => own?.isReleased));
      await sleep(1);
      hold.release();
      scope.cancel();
      const given = await waiting;
      return given;
    }),
  );

  expect(isReleased).toBe(false);
});

test(covers("SY-21"), async () => {
  const lock = new Lock({ name: "files" });
  const semaphore = new Semaphore(0, { name: "slots" });
  const limiter = new CapacityLimiter(0, { name: "seats" });
  const condition = new Condition(undefined, { name: "changed" });
  const waits = [
    () => lock.acquire(),
    () => semaphore.acquire(),
    () => limiter.acquire(),
    () => condition.withLock(() => condition.wait()),
  ];

  const thrown = await thrownBy(() =>
    run(
      async () => {
        using _hold = await lock.acquire();
        await gather(waits);
      },
      { runtime: new VirtualRuntime() },
    ),
  );

  const names = ['lock "files"', 'semaphore "slots"', 'capacity limiter "seats"', 'condition "changed"'];
  expect(thrown).toMatchObject({ code: "RUNTIME_DEADLOCK" });
  for (const name of names) expect((thrown as Error).message).toContain(`waits for ${name}`);
});

test(covers("SY-22"), async () => {
  using rejections = watchRejections();
  const condition = new Condition();
  const lock = new Lock();
  const ready = new Event();

  await virtually(() =>
    taskGroup(async (group) => {
      const hold = await lock.acquire();
      group.startSoon(async () => {
        using _hold = await condition.acquire();
        void lock.acquire();
        void condition.wait();
        ready.set();
        await sleep(10);
      });
      await ready.wait();
      group.startSoon(async () => {
        using _hold = await condition.acquire();
        void condition.waitFor(() => false);
        await sleep(10);
      });
      await sleep(1);
      group.cancel();
      hold.release();
    }),
  );
  await drained();

  expect(rejections.reasons).toEqual([]);
});
