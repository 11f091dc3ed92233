import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, Condition, type ConditionStatistics, failAfter, sleep, taskGroup } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("AS-20"), async () => {
  const condition = new Condition();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      using _hold = await condition.acquire();
      group.startSoon(async () => {
        using _other = await condition.acquire();
        log.push("notifying");
        condition.notifyAll();
      });
      await condition.wait();
      log.push("woken");
    }),
  );

  expect(log).toEqual(["notifying", "woken"]);
  expect(condition.statistics()).toEqual({ tasksWaiting: 0, lockStatistics: { isLocked: false, tasksWaiting: 0 } });
});

test(covers("AS-21"), async () => {
  const condition = new Condition();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      await condition.acquire();
      group.startSoon(async () => {
        await condition.acquire();
        log.push("notifying");
        condition.notifyAll();
        condition.release();
      });
      await condition.wait();
      log.push("woken");
      condition.release();
    }),
  );

  expect(log).toEqual(["notifying", "woken"]);
  expect(condition.statistics().lockStatistics.isLocked).toBe(false);
});

test(covers("AS-22"), async () => {
  const condition = new Condition();

  const isLocked = await virtually(() => {
    using _hold = condition.acquireNoWait();
    return condition.statistics().lockStatistics.isLocked;
  });

  expect(isLocked).toBe(true);
});

test(covers("AS-23"), async () => {
  const condition = new Condition();

  const thrown = await virtually(() =>
    taskGroup(async (group) => {
      using _hold = await condition.acquire();
      return await group.startSoon(() => thrownBy(() => condition.acquireNoWait()));
    }),
  );

  expect(thrown).toMatchObject({ code: "RESOURCE_WOULD_BLOCK" });
});

test(covers("AS-24"), async () => {
  const condition = new Condition();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(async () => {
        using _hold = await condition.acquire();
        log.push("started");
        await condition.wait();
        log.push("notified");
      });
      await sleep(1);
      group.cancel();
    }),
  );

  expect(log).toEqual(["started"]);
  expect(condition.statistics()).toEqual({ tasksWaiting: 0, lockStatistics: { isLocked: false, tasksWaiting: 0 } });
});

test(covers("AS-25"), async () => {
  const condition = new Condition();
  const log: string[] = [];
  const waitAs = (name: string) => async (): Promise<void> => {
    using _hold = await condition.acquire();
    await condition.wait();
    log.push(name);
  };

  await virtually(() =>
    failAfter(3_000, () =>
      taskGroup(async (group) => {
        const first = group.startSoon(waitAs("first"));
        await sleep(1);
        group.startSoon(waitAs("second"));
        await sleep(1);
        using _hold = await condition.acquire();
        condition.notify();
        first.cancel();
      }),
    ),
  );

  expect(log).toEqual(["second"]);
});

test(covers("AS-26"), async () => {
  const condition = new Condition();

  const thrown = await virtually(async () => [
    await thrownBy(() => condition.wait()),
    await thrownBy(() => condition.waitFor(() => true)),
    await thrownBy(() => condition.notify()),
    await thrownBy(() => condition.notifyAll()),
  ]);

  const error = { code: "RESOURCE_NOT_HELD", message: "The current task is not holding the underlying lock" };
  expect(thrown).toMatchObject([error, error, error, error]);
});

test(covers("AS-27"), async () => {
  const condition = new Condition();
  const seen: ConditionStatistics[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      for (let i = 0; i < 2; i++) {
        group.startSoon(async () => {
          using _hold = await condition.acquire();
          await condition.wait();
        });
        await sleep(1);
        seen.push(condition.statistics());
      }
      for (let i = 0; i < 2; i++) {
        await condition.withLock(() => condition.notify(1));
        await sleep(1);
        seen.push(condition.statistics());
      }
    }),
  );

  const lockStatistics = { isLocked: false, tasksWaiting: 0 };
  expect(seen).toEqual([1, 2, 1, 0].map((tasksWaiting) => ({ tasksWaiting, lockStatistics })));
  expect(seen.every((statistics) => Object.isFrozen(statistics))).toBe(true);
});

test(covers("AS-28"), async () => {
  const condition = new Condition();
  const outside = condition.statistics();

  const woken = await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => sleep(1).then(() => condition.withLock(() => condition.notify())));
      return await condition.withLock(() => condition.wait().then(() => "woken"));
    }),
  );

  expect(outside).toEqual({ tasksWaiting: 0, lockStatistics: { isLocked: false, tasksWaiting: 0 } });
  expect(woken).toBe("woken");
});

test(covers("AS-29"), async () => {
  const condition = new Condition();
  const asked: unknown[] = [];
  let value: string | undefined;

  const given = await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(async () => {
        for (const next of ["", "foo"]) {
          await sleep(1);
          using _hold = await condition.acquire();
          value = next;
          condition.notifyAll();
        }
      });
      using _hold = await condition.acquire();
      return await condition.waitFor(() => {
        asked.push(value);
        return value;
      });
    }),
  );

  expect(asked).toEqual([undefined, "", "foo"]);
  expect(given).toBe("foo");
});

test("a wait in a cancelled scope throws the cancellation, with the lock or without, and keeps the lock", async () => {
  const condition = new Condition();
  const waits = [() => condition.wait(), () => condition.waitFor(() => true)];

  const seen = await virtually(() =>
    new CancelScope().run(async (scope) => {
      const hold = await condition.acquire();
      scope.cancel();
      const held = await Promise.all(waits.map((wait) => thrownBy(wait)));
      const { isLocked } = condition.statistics().lockStatistics;
      hold.release();
      return { thrown: [...held, ...(await Promise.all(waits.map((wait) => thrownBy(wait))))], isLocked };
    }),
  );

  expect(seen).toMatchObject({ thrown: seen?.thrown.map(() => ({ code: "TASK_CANCELLED" })), isLocked: true });
});
