import { execFile } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  cancellable,
  CancelScope,
  checkpoint,
  checkpointIfCancelled,
  currentTask,
  currentTime,
  Event,
  failAfter,
  gather,
  Lock,
  moveOnAfter,
  Owner,
  run,
  Semaphore,
  shielded,
  sleep,
  systemRuntime,
  taskGroup,
} from "../src/index.ts";
import { thrownBy } from "./virtually.ts";

const runProgram = promisify(execFile);

test(covers("DL-7"), async () => {
  let turns = 0;

  const value = await moveOnAfter(20, async () => {
    for (;;) {
      await checkpoint();
      turns += 1;
    }
  });

  expect(value).toBeUndefined();
  expect(turns).toBeGreaterThan(1);
});

test(covers("DL-8"), async () => {
  const waits = [() => checkpoint(), () => sleep(1), () => new Event().wait(), () => checkpointIfCancelled()];
  const fired: boolean[] = [];

  for (const wait of waits) {
    const turned = new AbortController();
    await new CancelScope().run(async (scope) => {
      scope.cancel();
      // Only if the event loop gets a turn; far sooner than the end of the loop.
      setImmediate(() => turned.abort());
      for (let turn = 0; turn < 300_000 && !turned.signal.aborted; turn++) await wait().catch(() => {});
    });
    fired.push(turned.signal.aborted);
  }

  expect(fired).toEqual([true, true, true, true]);
});

/** Loops that wait for nothing but each other, and for what is there already. */
const busyLoops: [what: string, loop: () => Promise<unknown>][] = [
  ["the lock of two tasks", twoTasks(new Lock(), (lock) => lock.withLock(() => {}))],
  ["a semaphore of two tasks", twoTasks(new Semaphore(1), async (places) => (await places.acquire()).release())],
  ["an owner's leases", twoTasks(new Owner((own) => own.publish(1)), async (owner) => (await owner.lease()).release())],
  ["a task that is done", () => taskGroup(async (group) => await again(() => group.startSoon(() => 1)))],
  ["groups with a task", () => again(() => gather([async () => 1]))],
  ["a promise that has settled", () => again(() => cancellable(Promise.resolve()))],
];

/** Ends only by its cancellation, or by being far too long. */
async function again(turn: () => PromiseLike<unknown>): Promise<void> {
  for (let count = 0; count < 500_000; count++) await turn();
  throw new Error("the deadline never came");
}

function twoTasks<T>(shared: T, turn: (shared: T) => Promise<unknown>): () => Promise<unknown> {
  return () => gather([() => again(() => turn(shared)), () => again(() => turn(shared))]);
}

test.each(busyLoops)(`${covers("DL-17")}: %s`, async (_what, loop) => {
  const scope = new CancelScope({ timeout: 10 });

  await scope.run(loop);

  expect(scope.cancelledCaught).toBe(true);
});

function busyUntil(time: number): void {
  while (currentTime() <= time);
}

test(covers("DL-18"), async () => {
  const scope = new CancelScope({ timeout: 2 });
  let reached = 0;

  await scope.run(async () => {
    busyUntil(scope.deadline);
    for (; reached < 100; reached++) await checkpoint();
  });

  expect(scope.cancelledCaught).toBe(true);
  expect(reached).toBeLessThanOrEqual(16);
});

test("in a loop that is busy between its checkpoints, the first one past the deadline throws", async () => {
  const scope = new CancelScope();
  let passed = false;

  await scope.run(async () => {
    // As many as may go by before the pace of the loop is noticed.
    for (let count = 0; count < 20; count++) {
      busyUntil(currentTime() + 1);
      await checkpoint();
    }
    scope.deadline = currentTime() + 1;
    busyUntil(scope.deadline);
    await checkpoint();
    passed = true;
  });

  expect(passed).toBe(false);
});

test("tasks that pass the turn by checkpoints alone let the event loop go on", async () => {
  const order: string[] = [];
  const busy = new CancelScope();

  await taskGroup((group) => {
    group.startSoon(() =>
      busy.run(async () => {
        for (;;) {
          await checkpoint();
        }
      }),
    );
    setImmediate(() => {
      order.push("event loop");
      busy.cancel();
    });
  });

  expect(order).toEqual(["event loop"]);
});

test("children run side by side and are joined", async () => {
  const log: string[] = [];

  const first = new Event();

  await gather([
    () => first.wait().then(() => log.push("waited")),
    () =>
      sleep(1).then(() => {
        log.push("slept");
        first.set();
      }),
  ]);

  expect(log).toEqual(["slept", "waited"]);
});

test("a failing child stops sleepers of a minute at once", async () => {
  const thrown = await thrownBy(() =>
    gather([() => sleep(60_000), () => new Event().wait(), () => Promise.reject(new Error("failure"))]),
  );

  expect(thrown).toMatchObject({ errors: [{ message: "failure" }] });
});

test("deadlines, shields and their order hold in real time", async () => {
  const log: string[] = [];

  const thrown = await thrownBy(() =>
    failAfter(5, async () => {
      try {
        await sleep(60_000);
      } finally {
        await shielded(() => sleep(2).then(() => log.push("cleaned up")));
      }
    }),
  );

  expect(thrown).toMatchObject({ code: "SCOPE_TIMEOUT" });
  expect(log).toEqual(["cleaned up"]);
});

test(
  covers("DL-12"),
  async () => {
    const program = join(import.meta.dirname, "fixtures/native-timers.ts");

    const { stdout } = await runProgram(process.execPath, [program], { timeout: 10_000 });

    expect(JSON.parse(stdout)).toEqual({
      warnings: 0,
      before: 0,
      "a thousand sleeps and deadlines": 1,
      "all of them cancelled": 0,
      "used again": 0,
      "a sleep alone keeps the process alive": 0,
      "only infinite limits left": 0,
      after: 0,
    });
  },
  15_000,
);

test("delays beyond what a native timer takes are waited for, not cut short", async () => {
  const log: string[] = [];

  await taskGroup(async (group) => {
    group.startSoon(() => sleep(2 ** 40).finally(() => log.push("years")));
    await group.startSoon(() => moveOnAfter(2 ** 33, () => sleep(1).then(() => log.push("short"))));
    group.cancel();
  });

  expect(log).toEqual(["short", "years"]);
});

test("a timer that fires late still wakes in the order of the deadlines", async () => {
  const log: number[] = [];

  await run(async () => {
    // All in one turn and far apart, so that no pause of the machine changes the order of the deadlines.
    const waits = [60, 20, 40].map((delay) => sleep(delay).then(() => log.push(delay)));
    const until = systemRuntime.now() + 80;
    while (systemRuntime.now() < until);
    await Promise.all(waits);
  });

  expect(log).toEqual([20, 40, 60]);
});

test("the code of a task keeps its identity whatever settles its wait", async () => {
  const event = new Event();
  const names: string[] = [];

  await taskGroup((group) => {
    for (const name of ["a", "b"]) {
      group.startSoon(
        async () => {
          await event.wait();
          names.push(currentTask().name);
        },
        { name },
      );
    }
    setImmediate(() => event.set());
  });

  expect(names).toEqual(["a", "b"]);
});

test("task ids count up from the runtime, and its random numbers lie in [0, 1)", async () => {
  const [first, second] = [await run(() => currentTask().id), await run(() => currentTask().id)];

  expect(second).toBe((first ?? 0) + 1);
  expect(systemRuntime.random()).toBeLessThan(1);
});

test("the steps of an owner, a lease and its loss happen in real time too", async () => {
  const log: string[] = [];
  const died = Promise.withResolvers<void>();

  {
    await using owner = new Owner(async (own) => {
      log.push(`open ${own.generation}`);
      try {
        return await own.publish(own.generation, own.generation === 1 ? { lost: died.promise } : {});
      } finally {
        await sleep(1);
        log.push(`close ${own.generation}`);
      }
    });
    using first = await owner.lease();
    died.resolve();
    await once(first.lost, "abort");
    using second = await owner.lease();
    log.push(`lost ${String(first.isLost)}, lent ${second.value}`);
  }

  expect(log).toEqual(["open 1", "close 1", "open 2", "lost true, lent 2", "close 2"]);
});
