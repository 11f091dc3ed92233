import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { checkpoint, Event, moveOnAfter, Owner, run, type Runtime, sleep, type Step, taskGroup } from "../src/index.ts";
import { VirtualRuntime, type VirtualRuntimeOptions } from "../src/testing/index.ts";
import { drained, thrownBy, watchRejections, withoutRejectionListeners } from "./virtually.ts";

/** What five tasks that pause, sleep and wait for each other did, each with the time at which it did it. */
async function trace(options: VirtualRuntimeOptions, draw = false): Promise<string[]> {
  const runtime = new VirtualRuntime(options);
  const log: string[] = [];
  const third = new Event("third");
  const work = async (index: number): Promise<void> => {
    if (draw) runtime.random();
    for (let round = 0; round < 4; round++) {
      await checkpoint();
      log.push(`${runtime.now()} ${index} checkpoint ${round}`);
      await moveOnAfter(3, () => sleep(round * 2));
      log.push(`${runtime.now()} ${index} sleep ${round}`);
      if (index === 3) third.set();
      else await third.wait();
      await Promise.resolve().then(() => log.push(`${runtime.now()} ${index} promise ${round}`));
    }
  };
  await run(
    () =>
      taskGroup((group) => {
        for (let index = 0; index < 5; index++) group.startSoon(() => work(index));
      }),
    { runtime },
  );
  return log;
}

/** A strategy that takes the last of the steps, the first, the last, ... */
function alternating(): (ready: readonly Step[]) => number {
  let turn = 0;
  return (ready) => (turn++ % 2 === 0 ? ready.length - 1 : 0);
}

test(covers("RT-6"), async () => {
  const [alone, few, many] = await Promise.all(
    [1, 3, 1_000].map((stepsPerTurn) => trace({ stepsPerTurn, choose: alternating() })),
  );
  const [fifoAlone, fifo, random, randomAlone] = await Promise.all([
    trace({ stepsPerTurn: 1 }),
    trace({}),
    trace({ order: "random" }),
    trace({ order: "random", stepsPerTurn: 1 }),
  ]);

  expect(alone).toHaveLength(60);
  expect(few).toEqual(alone);
  expect(many).toEqual(alone);
  expect(fifo).toEqual(fifoAlone);
  expect(random).toEqual(randomAlone);
  expect(new Set([alone, fifo, random].map(String)).size).toBe(3);
});

test(covers("RT-7"), async () => {
  const [first, again, drawing, other] = await Promise.all([
    trace({ seed: 7, order: "random" }),
    trace({ seed: 7, order: "random" }),
    trace({ seed: 7, order: "random" }, true),
    trace({ seed: 8, order: "random" }),
  ]);

  expect(again).toEqual(first);
  expect(drawing).toEqual(first);
  expect(other).not.toEqual(first);
});

test(covers("RT-5"), async () => {
  const log: string[] = [];
  const seen: string[] = [];
  const lastTimer = (ready: readonly Step[]): number => {
    seen.push(ready.map(({ task, what }) => `${String(task?.name)}: ${what}`).join(", "));
    return Math.max(
      0,
      ready.findLastIndex(({ what }) => what.startsWith("a timer")),
    );
  };
  const program = (runtime: Runtime): Promise<void> =>
    run(
      () =>
        taskGroup((group) => {
          for (const [name, delay] of [
            ["late", 20],
            ["a", 10],
            ["b", 10],
          ] as const) {
            group.startSoon(() => sleep(delay).then(() => log.push(name)), { name });
          }
        }),
      { runtime },
    );

  await program(new VirtualRuntime());
  await program(new VirtualRuntime({ choose: lastTimer }));

  expect(log).toEqual(["a", "b", "late", "b", "a", "late"]);
  expect(seen.slice(4, 9)).toEqual([
    "a: a timer for 10, b: a timer for 10",
    "a: a timer for 10, b: sleep(10)",
    "b: sleep(10), a: sleep(10)",
    "a: sleep(10)",
    "late: a timer for 20",
  ]);
});

test("the timers that are due at one instant all fire before what the first of them woke goes on", async () => {
  const runtime = new VirtualRuntime();
  const log: string[] = [];

  await run(
    async () => {
      const both = [1, 2].map((index) =>
        sleep(5).then(async () => {
          log.push(`${index} woke`);
          await checkpoint();
          log.push(`${index} went on`);
        }),
      );
      await Promise.all(both);
    },
    { runtime },
  );

  expect(log).toEqual(["1 woke", "2 woke", "1 went on", "2 went on"]);
});

test("a timer that is cleared when it is due already does not fire", async () => {
  const runtime = new VirtualRuntime();
  const fired: string[] = [];

  await run(
    async () => {
      const second = { timer: runtime.setTimer(Infinity, () => {}) };
      runtime.setTimer(5, () => {
        fired.push("first");
        runtime.clearTimer(second.timer);
      });
      second.timer = runtime.setTimer(5, () => fired.push("second"));
      runtime.setTimer(5, () => fired.push("third"));
      await sleep(10);
    },
    { runtime },
  );

  expect(fired).toEqual(["first", "third"]);
});

test("clearing a timer that has fired does nothing, whatever is ready by then", async () => {
  const runtime = new VirtualRuntime();
  const log: string[] = [];

  await run(
    async () => {
      const timer = runtime.setTimer(5, () => log.push("fired"));
      await sleep(10);
      const paused = checkpoint().then(() => log.push("went on"));
      runtime.clearTimer(timer);
      await paused;
    },
    { runtime },
  );

  expect(log).toEqual(["fired", "went on"]);
});

test("many steps that are ready at once keep their order", async () => {
  const order: number[] = [];
  const indexes = Array.from({ length: 5_000 }, (_, index) => index);

  await run(
    () =>
      taskGroup((group) => {
        for (const index of indexes) {
          group.startSoon(async () => {
            await checkpoint();
            order.push(index);
          });
        }
      }),
    { runtime: new VirtualRuntime() },
  );

  expect(order).toEqual(indexes);
});

test("a strategy is an object with choose(), and given beside choose it is refused", async () => {
  const strategy = {
    calls: 0,
    choose(ready: readonly Step[]): number {
      this.calls += 1;
      return ready.length - 1;
    },
  };

  const value = await run(() => checkpoint().then(() => "value"), { runtime: new VirtualRuntime({ order: strategy }) });

  expect(value).toBe("value");
  expect(strategy.calls).toBe(2);
  expect(() => new VirtualRuntime({ order: "fifo", choose: () => 0 })).toThrow(TypeError);
  expect(() => new VirtualRuntime({ order: "lifo" as "fifo" })).toThrow(TypeError);
  for (const stepsPerTurn of [0, 1.5]) expect(() => new VirtualRuntime({ stepsPerTurn })).toThrow(RangeError);
});

test("a strategy that throws ends every run with its error, and what they left does not reach the next", async () => {
  let calls = 0;
  const choose = (): number => {
    calls += 1;
    if (calls === 4) throw new Error("no choice");
    return 0;
  };
  const runtime = new VirtualRuntime({ choose });
  const log: string[] = [];

  const errors = await Promise.all(
    ["a", "b"].map((name) => thrownBy(() => run(() => sleep(5).then(() => log.push(name)), { runtime }))),
  );
  const value = await run(() => sleep(50).then(() => "value"), { runtime });

  expect(errors).toMatchObject([{ message: "no choice" }, { message: "no choice" }]);
  expect(value).toBe("value");
  expect(log).toEqual([]);
  expect(runtime.leaks()).toEqual([]);
});

test("a strategy that throws when no run is left, only a task of an owner, is an unhandled rejection", async () => {
  using _others = withoutRejectionListeners();
  using rejections = watchRejections();
  let isOver = false;
  const choose = (): number => {
    if (isOver) throw new Error("no choice");
    return 0;
  };
  const runtime = new VirtualRuntime({ choose });
  const owner = new Owner((own) => own.publish("value"), { idleTimeout: 10 });

  await run(() => owner.withLease(() => {}), { runtime });
  isOver = true;
  await drained();

  expect(rejections.reasons).toMatchObject([{ message: "no choice" }]);
  expect(runtime.leaks()).toEqual([]);
});

test("under the order random each step is as likely as any other, and none is lost, however many are ready", async () => {
  const firsts: number[] = [];
  for (let seed = 1; seed <= 300; seed++) {
    const order: number[] = [];
    const indexes = [0, 1, 2, 3, 4, 5];
    await run(
      () =>
        taskGroup((group) => {
          for (const index of indexes) group.startSoon(() => order.push(index));
        }),
      { runtime: new VirtualRuntime({ order: "random", seed }) },
    );
    expect(order).toHaveLength(6);
    expect(new Set(order)).toEqual(new Set(indexes));
    firsts.push(order[0] as number);
  }

  const counts = [0, 1, 2, 3, 4, 5].map((index) => firsts.filter((first) => first === index).length);
  expect(Math.min(...counts)).toBeGreaterThan(25);
  expect(Math.max(...counts)).toBeLessThan(75);
});

test("a timer that is cleared when it is due already does not fire under the order random either", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const runtime = new VirtualRuntime({ seed, order: "random" });
    let fired = 0;
    await run(
      async () => {
        const timers = [1, 2, 3, 4].map(() =>
          runtime.setTimer(5, () => {
            fired += 1;
            for (const timer of timers) runtime.clearTimer(timer);
          }),
        );
        await sleep(10);
      },
      { runtime },
    );
    expect(fired).toBe(1);
    expect(runtime.leaks()).toEqual([]);
  }
});

test.each([1, 100])(`${covers("RT-8")} (%i steps a turn)`, async (stepsPerTurn) => {
  using _others = withoutRejectionListeners();
  using rejections = watchRejections();
  const runtime = new VirtualRuntime({ stepsPerTurn });
  const counts: number[] = [];

  await run(
    async () => {
      const handledInTime = Promise.reject(new Error("handled"));
      await Promise.resolve();
      handledInTime.catch(() => {});
      void Promise.reject(new Error("late"));
      counts.push(rejections.reasons.length);
      await checkpoint();
      counts.push(rejections.reasons.length);
    },
    { runtime },
  );

  expect(counts).toEqual([0, 1]);
  expect(rejections.reasons).toMatchObject([{ message: "late" }]);
});
