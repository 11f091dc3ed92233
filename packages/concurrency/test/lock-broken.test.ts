import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { BrokenResourceError, checkpoint, Lock, run, sleep, taskGroup } from "../src/index.ts";
import { drained, thrownBy, virtually } from "./virtually.ts";

/** What a task throws that tries to acquire. */
function triesToAcquire(lock: Lock): () => Promise<unknown> {
  return () => thrownBy(() => lock.acquire());
}

test(covers("SY-1"), async () => {
  const lock = new Lock({ name: "files" });

  const thrown = await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => lock.acquire().then(() => sleep(2)), { name: "careless" });
      await sleep(1);
      const waiters = [group.startSoon(triesToAcquire(lock)), group.startSoon(triesToAcquire(lock))];
      await sleep(2);
      const later = [
        group.startSoon(triesToAcquire(lock)),
        group.startSoon(() => thrownBy(() => lock.acquireNoWait())),
      ];
      return await Promise.all([...waiters, ...later]);
    }),
  );

  const message = expect.stringMatching(/lock "files".*task "careless"/);
  expect(thrown).toMatchObject(thrown.map(() => ({ code: "RESOURCE_BROKEN", message })));
  expect(new Set(thrown).size).toBe(4);
  expect(lock.statistics()).toMatchObject({ isLocked: true, owner: { name: "careless" }, tasksWaiting: 0 });
});

test("a waiter that was handed the lock, and ends with it, breaks it for those behind", async () => {
  const lock = new Lock();

  const thrown = await virtually(() =>
    taskGroup(async (group) => {
      const hold = await lock.acquire();
      group.startSoon(() => lock.acquire());
      const behind = group.startSoon(triesToAcquire(lock));
      await sleep(1);
      hold.release();
      return await behind;
    }),
  );

  expect(thrown).toBeInstanceOf(BrokenResourceError);
});

test("a task that ends after it released the lock breaks nothing for its waiters", async () => {
  const lock = new Lock();

  await virtually(() =>
    taskGroup((group) => {
      group.startSoon(() => lock.withLock(() => sleep(1)));
      group.startSoon(() => lock.withLock(() => sleep(10)));
      group.startSoon(() => lock.withLock(() => sleep(1)));
    }),
  );

  expect(lock.isLocked).toBe(false);
});

test("code that outlived the task and leaves its block mends the lock that the task had broken", async () => {
  const lock = new Lock();
  const { promise, resolve } = Promise.withResolvers<void>();

  await virtually(async () => {
    const hold = await lock.acquire();
    void promise.then(() => hold.release());
  });
  const broken = await virtually(() =>
    Promise.all([thrownBy(() => lock.acquire()), thrownBy(() => lock.acquireNoWait())]),
  );
  resolve();
  await drained();
  const mended = await virtually(() => lock.acquireNoWait().isReleased);

  expect(broken).toMatchObject([{ code: "RESOURCE_BROKEN" }, { code: "RESOURCE_BROKEN" }]);
  expect(mended).toBe(false);
});

test("a task that fails while other code of it is in the lock hands the lock on once that has left", async () => {
  const lock = new Lock();
  const log: string[] = [];

  await virtually(async () => {
    const failing = run(() =>
      Promise.all([
        lock.withLock(() => sleep(10).finally(() => log.push("leaving"))),
        sleep(1).then(() => Promise.reject(new Error("failure"))),
      ]),
    );
    const visit = async (name: string): Promise<void> => {
      using _hold = await lock.acquire();
      log.push(name);
      await sleep(10);
    };
    const waiting = ["first", "second"].map((name) => run(() => sleep(0).then(() => visit(name))));
    const late = failing.catch(() => visit("one that comes when the task has ended"));
    await Promise.allSettled([failing, ...waiting, late]);
  });

  expect(log).toEqual(["leaving", "first", "second", "one that comes when the task has ended"]);
});

test("a task breaks those of its locks that it holds when it ends, in whatever order it released the others", async () => {
  const locks = Array.from({ length: 5 }, (_, index) => new Lock({ name: `${index}` }));
  const served: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(async () => {
        const holds = await Promise.all(locks.map((lock) => lock.acquire()));
        await sleep(2);
        for (const index of [2, 1, 4]) holds[index]?.release();
      });
      await sleep(1);
      for (const [index, lock] of locks.entries()) {
        for (const name of ["a", "b", "c"]) {
          group.startSoon(async () => {
            const hold = await lock.acquire().catch(() => undefined);
            if (hold !== undefined) served.push(`${index}${name}`);
            await sleep(1);
            hold?.release();
          });
        }
      }
    }),
  );

  expect(served.toSorted()).toEqual(["1a", "1b", "1c", "2a", "2b", "2c", "4a", "4b", "4c"]);
  expect(locks.map((lock) => lock.isLocked)).toEqual([true, false, false, true, false]);
});

test("a lock that was about to break, and did not, breaks when its next owner ends with it", async () => {
  const lock = new Lock();

  const thrown = await virtually(async () => {
    const failing = run(() =>
      Promise.all([lock.withLock(() => sleep(10)), sleep(1).then(() => Promise.reject(new Error("failure")))]),
    );
    const careless = run(async () => {
      await checkpoint();
      await lock.acquire();
      await sleep(5);
    });
    const behind = run(() => sleep(2).then(() => thrownBy(() => lock.acquire())));
    await Promise.allSettled([failing, careless]);
    return await behind;
  });

  expect(thrown).toMatchObject({ code: "RESOURCE_BROKEN" });
});
