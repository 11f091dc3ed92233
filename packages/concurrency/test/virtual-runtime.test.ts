import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { cancellable, type DeadlockError, Event, Lock, Owner, run, sleep, type Step, taskGroup } from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { thrownBy } from "./virtually.ts";

test(covers("RT-1"), async () => {
  const runtime = new VirtualRuntime();
  const readings: number[] = [];

  await run(
    async () => {
      readings.push(runtime.now());
      await Promise.resolve();
      readings.push(runtime.now());
      await taskGroup((group) => {
        group.startSoon(() => sleep(3_600_000));
        group.startSoon(() => sleep(1_000).then(() => readings.push(runtime.now())));
      });
      readings.push(runtime.now());
    },
    { runtime },
  );

  expect(readings).toEqual([0, 0, 1_000, 3_600_000]);
});

test(covers("RT-2"), async () => {
  const trace = async (seed: number): Promise<string[]> => {
    const runtime = new VirtualRuntime({ seed });
    const log: string[] = [];
    await run(
      () =>
        taskGroup((group) => {
          for (let index = 0; index < 5; index++) {
            group.startSoon(async () => {
              const delay = Math.floor(runtime.random() * 10);
              await sleep(delay);
              log.push(`${index} after ${delay} at ${runtime.now()}`);
            });
          }
        }),
      { runtime },
    );
    return log;
  };

  const [first, again, other] = [await trace(7), await trace(7), await trace(8)];

  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test("random numbers lie in [0, 1) and spread evenly", () => {
  const runtime = new VirtualRuntime({ seed: 42 });
  const buckets = Array<number>(10).fill(0);

  for (let draw = 0; draw < 10_000; draw++) {
    buckets[Math.floor(runtime.random() * 10)]! += 1;
  }

  // A number outside would have made a bucket of its own.
  expect(buckets).toHaveLength(10);
  expect(Object.keys(buckets)).toHaveLength(10);
  for (const count of buckets) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});

test("a seed is a whole number", () => {
  expect(() => new VirtualRuntime({ seed: 1.5 })).toThrow(RangeError);
});

test(covers("RT-3"), async () => {
  const runtime = new VirtualRuntime();
  const never = new Event("never");

  const thrown = await thrownBy(() =>
    run(
      () =>
        taskGroup((group) => {
          group.startSoon(() => never.wait(), { name: "left" });
          group.startSoon(() => Promise.all([never.wait(), never.wait()]), { name: "right" });
        }),
      { runtime, name: "root" },
    ),
  );

  expect(thrown).toMatchObject({ code: "RUNTIME_DEADLOCK", hint: expect.any(String) });
  expect((thrown as { waits: string[] }).waits.toSorted()).toEqual([
    'task "left" waits for event "never"',
    'task "right" waits for event "never"',
    'task "right" waits for event "never"',
    'task "root" waits for the tasks of a group',
  ]);
});

test("a deadlock names groups, tasks, leases, locks and promises by their names", async () => {
  const owner = new Owner(() => new Promise<never>(() => {}), { name: "database" });
  const lock = new Lock({ name: "ledger" });

  const thrown = await thrownBy(() =>
    run(
      () =>
        taskGroup((group) => {
          const holder = group.startSoon(() => lock.withLock(() => cancellable(new Promise(() => {}))), {
            name: "holder",
          });
          group.startSoon(() => lock.acquire(), { name: "second" });
          group.startSoon(() => holder.wait(), { name: "joiner" });
          group.startSoon(() => owner.lease(), { name: "borrower" });
        }),
      { runtime: new VirtualRuntime(), name: "root" },
    ),
  );

  expect((thrown as DeadlockError).waits.toSorted()).toEqual([
    'task "borrower" waits for a lease of database',
    'task "holder" waits for a promise',
    'task "joiner" waits for task "holder"',
    'task "root" waits for the tasks of a group',
    'task "second" waits for lock "ledger"',
  ]);
});

test("a deadlock ends every run on the runtime, and the runtime can be used again", async () => {
  const runtime = new VirtualRuntime();

  const stuck = await Promise.all([1, 2].map(() => thrownBy(() => run(() => new Event().wait(), { runtime }))));
  const value = await run(() => sleep(5).then(() => "value"), { runtime });

  expect(stuck).toMatchObject([{ code: "RUNTIME_DEADLOCK" }, { code: "RUNTIME_DEADLOCK" }]);
  expect(value).toBe("value");
});

test("choose decides which of the ready steps goes on, and sees who it is and what it waited for", async () => {
  const seen: string[] = [];
  const last = (ready: readonly Step[]): number => {
    seen.push(ready.map(({ task, what }) => `${String(task?.name)}: ${what}`).join(", "));
    return ready.length - 1;
  };
  const log: string[] = [];

  await run(
    () =>
      taskGroup((group) => {
        for (const name of ["a", "b", "c"]) group.startSoon(() => log.push(name), { name });
      }),
    { runtime: new VirtualRuntime({ choose: last }), name: "root" },
  );

  expect(log).toEqual(["c", "b", "a"]);
  expect(seen.slice(0, 4)).toEqual(["root: start", "a: start, b: start, c: start", "a: start, b: start", "a: start"]);
});

test("a choice that is none of the steps fails the run", async () => {
  const errors = await Promise.all(
    [-1, 1, 0.5, Number.NaN].map((choice) =>
      thrownBy(() => run(() => "value", { runtime: new VirtualRuntime({ choose: () => choice }) })),
    ),
  );

  for (const error of errors) expect(error).toBeInstanceOf(RangeError);
  expect((errors[0] as Error).message).toBe("choose() gave -1, and there are 1 steps to choose from");
});

test("plain promises in the code under test settle before the next step", async () => {
  const log: string[] = [];

  await run(
    () =>
      taskGroup((group) => {
        group.startSoon(async () => {
          for (let turn = 0; turn < 20; turn++) {
            await Promise.resolve();
          }
          log.push("first");
        });
        group.startSoon(() => log.push("second"));
      }),
    { runtime: new VirtualRuntime() },
  );

  expect(log).toEqual(["first", "second"]);
});

test("two runs on one runtime share its clock", async () => {
  const runtime = new VirtualRuntime();

  const ends = await Promise.all(
    [5, 10].map((delay) => run(() => sleep(delay).then(() => runtime.now()), { runtime })),
  );

  expect(ends).toEqual([5, 10]);
});

test("statistics are frozen, and zero once a program has cleaned up", async () => {
  const runtime = new VirtualRuntime();

  const during = await run(
    async () => {
      const sleeping = sleep(5);
      const statistics = runtime.statistics();
      await sleeping;
      return statistics;
    },
    { runtime },
  );

  expect(during).toEqual({ ready: 0, waiting: 1, timers: 1 });
  expect(Object.isFrozen(during)).toBe(true);
  expect(runtime.statistics()).toEqual({ ready: 0, waiting: 0, timers: 0 });
});
