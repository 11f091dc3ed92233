import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  cancellable,
  CancelScope,
  CapacityLimiter,
  checkpoint,
  checkpointIfCancelled,
  Event,
  failAfter,
  failAt,
  gather,
  iterate,
  Lock,
  moveOnAfter,
  moveOnAt,
  openDeadline,
  openMemoryChannel,
  Owner,
  run,
  Semaphore,
  shielded,
  sleep,
  sleepForever,
  sleepUntil,
  taskGroup,
  type TaskGroup,
  TaskLocal,
  waitForEvent,
  withSignal,
} from "../src/index.ts";
import { drained, thrownBy, virtually, watchRejections, withoutRejectionListeners } from "./virtually.ts";

const never = new Promise<never>(() => {});
const local = new TaskLocal<number>("local");

interface EveryWait {
  /** Everything that waits, each in a form that never ends by itself. */
  readonly waits: readonly (() => PromiseLike<unknown>)[];
  /** How many of them stand in a queue. */
  readonly waiting: () => number;
  /** Ends the group that it was made for, and what else it began. */
  readonly end: () => Promise<void>;
}

function everyWait(group: TaskGroup): EveryWait {
  const event = new Event("never");
  const lock = new Lock();
  const semaphore = new Semaphore(0);
  const limiter = new CapacityLimiter(0);
  const [empty, full] = [openMemoryChannel<number>(0), openMemoryChannel<number>(0)];
  const owner = new Owner<never>(() => cancellable(never));
  const pending = group.startSoon(() => sleepForever());
  const source = iterate({ [Symbol.asyncIterator]: () => ({ next: () => never }) })[Symbol.asyncIterator]();
  group.startSoon(() => lock.withLock(() => sleepForever()));
  return {
    waits: [
      () => event.wait(),
      () => sleep(1_000_000),
      () => sleepForever(),
      () => sleepUntil(1_000_000),
      () => pending.wait(),
      () => cancellable(never),
      () => lock.acquire(),
      () => semaphore.acquire(),
      () => limiter.acquire(),
      () => empty.receive.receive(),
      () => full.send.send(1),
      () => owner.lease(),
      () => waitForEvent(new EventTarget(), "never"),
      () => source.next(),
      () => withSignal(() => sleepForever()),
    ],
    waiting: () =>
      event.statistics().tasksWaiting +
      lock.statistics().tasksWaiting +
      semaphore.statistics().tasksWaiting +
      limiter.statistics().tasksWaiting +
      empty.receive.statistics().tasksWaitingReceive +
      full.send.statistics().tasksWaitingSend +
      owner.statistics().waiting,
    end: () => {
      group.cancel();
      return owner.close();
    },
  };
}

/** What runs a function in a scope, each around a wait that never ends by itself. */
function everyScope(group: TaskGroup): (() => Promise<unknown>)[] {
  const lock = new Lock();
  const wait = (): Promise<never> => sleepForever();
  return [
    () => new CancelScope().run(wait),
    () => taskGroup(wait),
    () => taskGroup((inner) => void inner.startSoon(wait)),
    () => moveOnAfter(1_000_000, wait),
    () => moveOnAt(1_000_000, wait),
    () => failAfter(1_000_000, wait),
    () => failAt(1_000_000, wait),
    () => gather([wait]),
    () => withSignal(wait),
    () => local.run(1, wait),
    () => lock.withLock(wait),
    () => group.start(wait),
    () => group.startHandle(wait).started,
  ];
}

test(covers("IN-5"), async () => {
  const begun: string[] = [];
  const ended: string[] = [];

  await virtually(
    () =>
      taskGroup(async (group) => {
        const { waits, end } = everyWait(group);
        await checkpoint();
        begun.length = 0;
        await moveOnAfter(10, () => Promise.allSettled(waits.map((wait) => wait())).then(() => checkpoint()));
        await end();
      }),
    {
      instruments: [
        {
          waitBegun: ({ what }) => begun.push(what),
          waitEnded: ({ what }, outcome) => void (outcome === "error" && ended.push(what)),
        },
      ],
    },
  );

  const told = [
    'event "never"',
    "sleep(1000000)",
    "sleepForever()",
    expect.stringMatching(/^sleep\(\d+\)$/),
    expect.stringMatching(/^task "/),
    "a promise",
    expect.stringContaining("lock"),
    expect.stringContaining("semaphore"),
    expect.stringContaining("limiter"),
    expect.stringContaining("an item"),
    expect.stringContaining("room"),
    expect.stringContaining("owner"),
    'event "never"',
    "the next item of a source",
    "a function with a signal",
  ];
  for (const what of told) {
    expect(begun).toContainEqual(what);
    expect(ended).toContainEqual(what);
  }
});

test(covers("IN-6"), async () => {
  const doomed = new CancelScope({ name: "doomed" });
  const log: unknown[] = [];
  let isArmed = false;

  const left = await virtually(
    () =>
      taskGroup(async (group) => {
        const { waits, waiting, end } = everyWait(group);
        await checkpoint();
        const before = waiting();
        for (const wait of waits) {
          await new CancelScope({ name: "probe" }).run(async (scope) => {
            probe.current = scope;
            isArmed = true;
            log.push(await thrownBy(wait));
          });
        }
        const after = waiting();
        await end();
        return after - before;
      }),
    {
      instruments: [
        {
          waitBegun: () => {
            if (isArmed) probe.current.cancel("by the instrument");
            isArmed = false;
          },
        },
      ],
    },
  );
  const woken = await virtually(() => wakeAll(doomed), {
    instruments: [{ waitEnded: ({ task }) => void (task.name === "first" && doomed.cancel()) }],
  });

  expect(log).toEqual(Array(15).fill(expect.objectContaining({ scopeName: "probe", reason: "by the instrument" })));
  expect(left).toBe(0);
  expect(woken).toEqual(["first", "third"]);
});

const probe: { current: CancelScope } = { current: new CancelScope() };

/** Sets an event that three tasks wait for, the second in a scope. */
async function wakeAll(second: CancelScope): Promise<string[]> {
  const event = new Event();
  const log: string[] = [];
  const waiter = (name: string) => [() => event.wait().then(() => log.push(name)), { name }] as const;
  await taskGroup(async (group) => {
    group.startSoon(...waiter("first"));
    group.startSoon(() => second.run(waiter("second")[0]));
    group.startSoon(...waiter("third"));
    await sleep(1);
    event.set();
  });
  return log;
}

test(covers("TK-6"), async () => {
  const gate = Promise.withResolvers<void>();
  const late: Promise<unknown>[] = [];

  await virtually(() =>
    taskGroup((group) => {
      const { waits, end } = everyWait(group);
      const again = [
        ...waits,
        ...everyScope(group),
        () => checkpoint(),
        () => checkpointIfCancelled(),
        () => new CancelScope().enter(),
        async () => {
          using _limit = await openDeadline(5);
        },
      ];
      group.startSoon(
        () => {
          for (const call of again) late.push(gate.promise.then(() => thrownBy(call)));
        },
        { name: "short" },
      );
      group.startSoon(async () => {
        await sleep(1);
        gate.resolve();
        await Promise.all(late);
        await end();
      });
    }),
  );

  expect(await Promise.all(late)).toEqual(
    Array(32).fill(
      expect.objectContaining({ code: "TASK_FINISHED", task: expect.objectContaining({ name: "short" }) }),
    ),
  );
});

test(covers("U-3"), async () => {
  using rejections = watchRejections();

  await virtually(() =>
    taskGroup(async (group) => {
      const { waits, end } = everyWait(group);
      await checkpoint();
      for (const wait of waits) void wait();
      await checkpoint();
      await end();
      for (const wait of waits) void wait();
    }),
  );
  await drained();

  expect(rejections.reasons).toEqual([]);
});

test(covers("U-19"), async () => {
  using _others = withoutRejectionListeners();
  using rejections = watchRejections();
  const failing: Promise<unknown>[] = [];
  const fail = (): Promise<never> => Promise.reject(new Error("failure"));
  const controller = new AbortController();

  await virtually(() =>
    taskGroup(async (group) => {
      for (const scope of everyScope(group)) void scope();
      await sleep(1);
      group.cancel();
      for (const scope of everyScope(group)) void scope();
    }),
  );
  await virtually(() =>
    taskGroup(async (group) => {
      // Left by a task that ends, and then stopped by a deadline that throws in the place of the cancellation.
      group.startSoon(async () => {
        for (const scope of everyScope(group)) void scope();
        await sleep(1);
      });
      await sleep(2);
      using _limit = await openDeadline(5);
      for (const scope of everyScope(group)) void scope();
      await thrownBy(() => sleep(10));
    }),
  );
  await virtually(async () => {
    const left = new CancelScope().enter();
    void failAfter(1_000_000, () => sleepForever());
    void withSignal(() => sleepForever());
    left.cancel();
    left.exit();
    await checkpoint();
  });
  void run(() => sleepForever(), { signal: controller.signal });
  controller.abort();
  await drained();
  const quiet = rejections.reasons.length;
  await virtually(async () => {
    failing.push(
      new CancelScope().run(fail),
      moveOnAfter(5, fail),
      failAfter(5, fail),
      withSignal(fail),
      shielded(fail),
    );
    await checkpoint();
  });
  await drained();

  expect(rejections.reasons.slice(0, quiet)).toEqual([]);
  expect(rejections.reasons).toEqual(failing.map(() => new Error("failure")));
  expect(failing).toHaveLength(5);
});
