import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { checkpoint, Event, failAfter, moveOnAfter, run, sleep, taskGroup } from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { drained, thrownBy } from "./virtually.ts";

/** A promise that real work of the process settles, some turns of the event loop later. */
async function realWork(): Promise<string> {
  await drained();
  return "done";
}

test(covers("RT-9"), async () => {
  const runtime = new VirtualRuntime();

  const outcome = await run(
    () => failAfter(10, async () => [await runtime.external(realWork()), await runtime.external(realWork())]),
    { runtime },
  );
  const undeclared = await thrownBy(() => run(() => realWork(), { runtime }));

  expect(outcome).toEqual(["done", "done"]);
  expect(runtime.now()).toBe(0);
  expect(undeclared).toMatchObject({ code: "RUNTIME_DEADLOCK" });
});

test("real work that fails gives its error, and the clock goes on", async () => {
  const runtime = new VirtualRuntime();
  const work = realWork().then(() => Promise.reject(new Error("refused")));

  const thrown = await run(
    async () => {
      const error = await thrownBy(() => runtime.external(work));
      await sleep(10);
      return error;
    },
    { runtime },
  );

  expect(thrown).toMatchObject({ message: "refused" });
  expect(runtime.now()).toBe(10);
});

test("a wait for real work is a cancel point, and the clock stands still until the work itself is over", async () => {
  const runtime = new VirtualRuntime();
  const work = Promise.withResolvers<void>();
  const log: string[] = [];

  const running = run(
    () =>
      taskGroup(async (group) => {
        group.startSoon(() => runtime.external(work.promise));
        await checkpoint();
        await checkpoint();
        group.cancel();
      }).then(() => sleep(10).then(() => log.push("slept"))),
    { runtime },
  );
  await drained();
  log.push("the work ends");
  work.resolve();
  await running;

  expect(log).toEqual(["the work ends", "slept"]);
});

test("real work that begins when somebody asks for it is begun once", async () => {
  let begun = 0;
  const lazy = {
    // oxlint-disable-next-line unicorn/no-thenable -- what a query builder is
    then(resolve: (value: string) => void): void {
      begun += 1;
      setImmediate(() => resolve("rows"));
    },
  };
  const runtime = new VirtualRuntime();

  const value = await run(() => runtime.external(lazy as PromiseLike<string>), { runtime });

  expect(value).toBe("rows");
  expect(begun).toBe(1);
  expect(runtime.leaks()).toEqual([]);
});

test(covers("RT-10"), async () => {
  const runtime = new VirtualRuntime({ autoJump: false });
  const log: string[] = [];
  const note = (what: string): void => void log.push(`${runtime.now()} ${what}`);

  const running = run(
    () =>
      taskGroup((group) => {
        group.startSoon(async () => {
          await sleep(10);
          note("a");
          await sleep(10);
          note("a again");
        });
        group.startSoon(() => sleep(15).then(() => note("b")));
        group.startSoon(() => sleep(100).then(() => note("c")));
      }),
    { runtime },
  );
  await runtime.advance(0);
  note("began");
  await runtime.advance(20);
  note("moved");
  await drained();
  note("still");
  await runtime.advance(200);
  await running;

  expect(log).toEqual(["0 began", "10 a", "15 b", "20 a again", "20 moved", "20 still", "100 c"]);
  expect(runtime.now()).toBe(220);
});

test("with a clock that is moved by hand no deadlock is reported, because the test may still act", async () => {
  const runtime = new VirtualRuntime({ autoJump: false });
  const go = new Event();

  const running = run(() => go.wait().then(() => "went on"), { runtime });
  await runtime.advance(1_000);
  await drained();
  go.set();

  expect(await running).toBe("went on");
});

test("a task may move the clock of its own runtime, and be cancelled meanwhile, which leaves the clock there", async () => {
  const runtime = new VirtualRuntime({ autoJump: false });

  await run(
    async () => {
      await runtime.advance(5);
      await moveOnAfter(10, () => runtime.advance(100));
    },
    { runtime },
  );
  await drained();

  expect(runtime.now()).toBe(15);
  expect(runtime.leaks()).toEqual([]);
});

test("two who move the clock are each done at their own time", async () => {
  const runtime = new VirtualRuntime({ autoJump: false });
  const times: number[] = [];

  await Promise.all([20, 10].map((delay) => runtime.advance(delay).then(() => times.push(runtime.now()))));

  expect(times).toEqual([10, 20]);
});

test("a clock that jumps by itself can be moved as well, past the last timer", async () => {
  const runtime = new VirtualRuntime();

  const readings = await run(
    async () => {
      await runtime.advance(30);
      return runtime.now();
    },
    { runtime },
  );

  expect(readings).toBe(30);
});

test("the clock moves by milliseconds from 0 up", async () => {
  const runtime = new VirtualRuntime();

  const errors = await Promise.all([-1, Number.NaN, Infinity].map((delay) => thrownBy(() => runtime.advance(delay))));

  for (const error of errors) expect(error).toBeInstanceOf(RangeError);
});

test(covers("RT-11"), async () => {
  const runtime = new VirtualRuntime({ stepsPerTurn: 10 });
  let turns = 0;
  let isRunning = true;
  const count = (): void => {
    turns += 1;
    if (isRunning) setImmediate(count);
  };

  setImmediate(count);
  await run(
    async () => {
      for (let step = 0; step < 1_000; step++) await checkpoint();
      isRunning = false;
    },
    { runtime },
  );

  expect(turns).toBeGreaterThanOrEqual(99);
  expect(turns).toBeLessThanOrEqual(102);
});

test("an error that a timer throws is the process's, and the runtime goes on", async () => {
  const runtime = new VirtualRuntime();
  const errors: unknown[] = [];
  const listeners = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.once("uncaughtException", (error) => errors.push(error));

  runtime.setTimer(5, () => {
    throw new Error("thrown by a timer");
  });
  await run(() => sleep(10), { runtime });
  for (const listener of listeners) process.on("uncaughtException", listener);

  expect(errors).toMatchObject([{ message: "thrown by a timer" }]);
  expect(runtime.now()).toBe(10);
});
