import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  CapacityLimiter,
  checkpoint,
  Condition,
  currentTask,
  Lock,
  run,
  Semaphore,
  sleep,
  taskGroup,
  type TaskInfo,
} from "../src/index.ts";
import { drained } from "./virtually.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
const many = 100_000;
// Anything that looks at all others for each of them would take minutes, not seconds.
const timeout = 20_000;

test(covers("SY-20"), { timeout }, async () => {
  const semaphore = new Semaphore(0);
  const limiter = new CapacityLimiter(0);

  const served = await run(async () => {
    const scope = new CancelScope();
    const cancelled = scope.run(() =>
      Promise.all(
        Array.from({ length: many }, (_, index) =>
          index % 2 === 0 ? semaphore.acquire() : limiter.acquireOnBehalfOf(index),
        ),
      ),
    );
    const waits = Array.from({ length: many }, (_, index) =>
      index % 2 === 0 ? semaphore.acquire() : limiter.acquireOnBehalfOf(-index),
    );
    await checkpoint();
    scope.cancel();
    await cancelled;
    for (let index = 0; index < many; index += 2) semaphore.release();
    limiter.totalTokens = Infinity;
    return await Promise.all(waits);
  });

  expect(served).toHaveLength(many);
  expect([semaphore.statistics().tasksWaiting, limiter.statistics().tasksWaiting]).toEqual([0, 0]);
});

test("a hundred thousand tasks wait for a lock, and half of them are cancelled", { timeout }, async () => {
  const lock = new Lock({ fastAcquire: true });
  let served = 0;

  await run(() =>
    taskGroup(async (group) => {
      const hold = await lock.acquire();
      const doomed = group.startSoon(() =>
        taskGroup((inner) => {
          for (let index = 0; index < many / 2; index++) inner.startSoon(() => lock.acquire());
        }),
      );
      for (let index = 0; index < many / 2; index++) group.startSoon(() => lock.withLock(() => (served += 1)));
      await sleep(1);
      doomed.cancel();
      hold.release();
    }),
  );

  expect(served).toBe(many / 2);
  expect(lock.statistics()).toEqual({ isLocked: false, tasksWaiting: 0 });
});

test("a task that lives on keeps no lock that it has released", async () => {
  const locks: WeakRef<Lock>[] = [];
  const contend = async (): Promise<void> => {
    const lock = new Lock();
    locks.push(new WeakRef(lock));
    await taskGroup(async (group) => {
      using _hold = await lock.acquire();
      group.startSoon(() => lock.withLock(() => {}));
      await sleep(1);
    });
  };

  const kept = await run(async () => {
    for (let turn = 0; turn < 20; turn++) await contend();
    await drained();
    collectGarbage();
    return locks.filter((lock) => lock.deref() !== undefined).length;
  });

  // The engine itself may still hold the last, in a register or a cache; a task would hold them all.
  expect(kept).toBeLessThanOrEqual(1);
});

test("nothing is kept of the tasks that have waited, whether they were served or cancelled", async () => {
  const condition = new Condition();
  const semaphore = new Semaphore(0);
  const limiter = new CapacityLimiter(0);
  const waits = [
    () => condition.withLock(() => condition.wait()),
    () => semaphore.acquire().then((place) => place.release()),
    () => limiter.acquire().then((token) => token.release()),
  ];
  const tasks: WeakRef<TaskInfo>[] = [];

  await run(() =>
    taskGroup(async (group) => {
      const handles = [...waits, ...waits].map((wait) =>
        group.startSoon(() => {
          tasks.push(new WeakRef(currentTask()));
          return wait();
        }),
      );
      await sleep(1);
      for (const handle of handles.slice(waits.length)) handle.cancel();
      semaphore.release();
      limiter.totalTokens = 1;
      await condition.withLock(() => condition.notify());
    }),
  );
  await drained();
  collectGarbage();

  expect(tasks.map((task) => task.deref())).toEqual(tasks.map(() => undefined));
  expect(condition.statistics().tasksWaiting + semaphore.value + limiter.totalTokens).toBe(2);
});
