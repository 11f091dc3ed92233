import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { checkpoint, failAfter, Semaphore, sleep, taskGroup } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("AS-30"), async () => {
  const semaphore = new Semaphore(2);
  const values: number[] = [];

  await virtually(() =>
    taskGroup((group) => {
      for (let i = 0; i < 2; i++) {
        group.startSoon(async () => {
          using _place = await semaphore.acquire();
          values.push(semaphore.value);
          await sleep(1);
        });
      }
    }),
  );

  expect(values.every((value) => value === 0 || value === 1)).toBe(true);
  expect(values).toHaveLength(2);
  expect(semaphore.value).toBe(2);
});

test(covers("AS-31"), async () => {
  const semaphore = new Semaphore(2);

  const values = await virtually(async () => {
    await semaphore.acquire();
    const inside = semaphore.value;
    semaphore.release();
    return [inside, semaphore.value];
  });

  expect(values).toEqual([1, 2]);
});

test(covers("AS-32"), async () => {
  const orders = [];

  for (const fastAcquire of [true, false]) {
    const semaphore = new Semaphore(1, { fastAcquire });
    const log: string[] = [];
    await virtually(() =>
      taskGroup(async (group) => {
        group.startSoon(() => log.push("other task"));
        using _place = await semaphore.acquire();
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

test(covers("AS-33"), async () => {
  const semaphore = new Semaphore(1, { name: "slots" });
  semaphore.acquireNoWait();

  const thrown = await thrownBy(() => semaphore.acquireNoWait());

  expect(semaphore.value).toBe(0);
  expect(thrown).toMatchObject({ code: "RESOURCE_WOULD_BLOCK", message: expect.stringContaining('semaphore "slots"') });
});

test(covers("AS-34"), async () => {
  const outcomes = [];

  for (const isReleasedFirst of [false, true]) {
    const semaphore = new Semaphore(1);
    let passed = false;
    await virtually(() =>
      taskGroup(async (group) => {
        const place = await semaphore.acquire();
        group.startSoon(async () => {
          using _place = await semaphore.acquire();
          await checkpoint();
          passed = true;
        });
        await sleep(1);
        if (isReleasedFirst) place.release();
        group.cancel();
        place.release();
      }),
    );
    outcomes.push({ passed, value: semaphore.value });
  }

  expect(outcomes).toEqual([
    { passed: false, value: 1 },
    { passed: false, value: 1 },
  ]);
});

test(covers("AS-35"), () => {
  const limits = [new Semaphore(0, { maxValue: 2 }).maxValue, new Semaphore(0).maxValue];

  expect(limits).toEqual([2, Infinity]);
});

test(covers("AS-36"), async () => {
  const semaphore = new Semaphore(0, { maxValue: 2 });
  semaphore.release();
  semaphore.release();

  const thrown = await thrownBy(() => semaphore.release());

  expect(thrown).toBeInstanceOf(RangeError);
  expect(thrown).toMatchObject({ message: "semaphore released too many times" });
  expect(semaphore.value).toBe(2);
});

test(covers("AS-37"), async () => {
  const semaphore = new Semaphore(1);

  const waiting = await virtually(() =>
    taskGroup(async (group) => {
      const seen = [semaphore.statistics().tasksWaiting];
      const place = await semaphore.acquire();
      for (let i = 0; i < 2; i++) {
        group.startSoon(async () => {
          using _place = await semaphore.acquire();
        });
        await sleep(1);
        seen.push(semaphore.statistics().tasksWaiting);
      }
      place.release();
      await sleep(1);
      return [...seen, semaphore.statistics().tasksWaiting];
    }),
  );

  expect(waiting).toEqual([0, 1, 2, 0]);
  expect(Object.isFrozen(semaphore.statistics())).toBe(true);
});

test(covers("AS-38"), async () => {
  const semaphore = new Semaphore(1);
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      const place = await semaphore.acquire();
      group.startSoon(async () => {
        using _place = await semaphore.acquire();
        log.push("the waiter has it");
      });
      await sleep(1);
      place.release();
      const thrown = await thrownBy(() => semaphore.acquireNoWait());
      log.push((thrown as { code: string }).code);
    }),
  );

  expect(log.toSorted()).toEqual(["RESOURCE_WOULD_BLOCK", "the waiter has it"]);
});

test(covers("AS-39"), async () => {
  const semaphore = new Semaphore(1);
  const log: string[] = [];
  const acquire = async (): Promise<void> => {
    using _place = await semaphore.acquire();
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

test(covers("AS-40"), async () => {
  const semaphore = new Semaphore(1);

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const place = await semaphore.acquire();
      const waiter = group.startSoon(async () => {
        using _place = await semaphore.acquire();
        await checkpoint();
      });
      await sleep(1);
      place.release();
      waiter.cancel();
      const between = semaphore.value;
      await waiter.wait();
      return { between, status: waiter.status, after: semaphore.value, ...semaphore.statistics() };
    }),
  );

  expect(seen).toEqual({ between: 0, status: "cancelled", after: 1, tasksWaiting: 0 });
});

test(covers("AS-41"), async () => {
  const semaphore = new Semaphore(1);

  const waiting = await virtually(() =>
    failAfter(3_000, () =>
      taskGroup(async (group) => {
        const place = await semaphore.acquire();
        const waiter = group.startSoon(() => semaphore.acquire());
        await sleep(1);
        waiter.cancel();
        place.release();
        const { tasksWaiting } = semaphore.statistics();
        using _place = await semaphore.acquire();
        return tasksWaiting;
      }),
    ),
  );

  expect(waiting).toBe(0);
  expect(semaphore.value).toBe(1);
});

test(covers("AS-42"), async () => {
  const semaphore = new Semaphore(1);

  const inside = await virtually(async () => {
    using _place = await semaphore.acquire();
    return semaphore.value;
  });

  expect([inside, semaphore.value]).toEqual([0, 1]);
});
