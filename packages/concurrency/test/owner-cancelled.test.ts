import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, checkpoint, gather, Owner, run, sleep, taskGroup } from "../src/index.ts";
import { counted } from "./counted-owner.ts";
import { drained, thrownBy, virtually, watchRejections } from "./virtually.ts";

/** Runs a function in a scope that was cancelled before, where every cancel point throws. */
async function whileCancelled<T>(fn: () => PromiseLike<T> | T): Promise<T | undefined> {
  const scope = new CancelScope();
  scope.cancel("before");
  return await scope.run(fn);
}

test(covers("OW-25"), async () => {
  using rejections = watchRejections();
  const unopened = counted([]);
  const owner = counted([]);
  const opening = counted([]);

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const lease = await owner.lease();
      group.startSoon(() => thrownBy(() => opening.lease()));
      await sleep(1);
      const errors = await whileCancelled(() =>
        Promise.all(
          [unopened, opening, owner].flatMap((each) => [thrownBy(() => each.lease()), thrownBy(() => each.open())]),
        ),
      );
      const { waiting } = opening.ledger();
      const { leases } = owner.ledger();
      await whileCancelled(() => lease.release());
      const ledgers = [unopened.ledger(), owner.ledger()];
      await gather([opening, owner].map((each) => () => each.close()));
      return { errors, waiting, leases, ledgers };
    }),
  );
  await drained();

  expect(seen.errors).toHaveLength(6);
  for (const error of seen.errors ?? []) expect(error).toMatchObject({ code: "TASK_CANCELLED", reason: "before" });
  expect([seen.waiting, seen.leases]).toEqual([1, 1]);
  expect(seen.ledgers).toMatchObject([
    { begun: 0, waiting: 0 },
    { begun: 1, leases: 0, waiting: 0 },
  ]);
  expect(rejections.reasons).toEqual([]);
});

test(covers("OW-26"), async () => {
  const log: string[] = [];
  const [closed, drainedOne, disposed] = [counted(log), counted(log), counted(log)];

  const seen = await virtually(async () => {
    const leases = await gather([closed, drainedOne, disposed].map((owner) => () => owner.lease()));
    await whileCancelled(() => closed.close());
    const thrown = await whileCancelled(() => thrownBy(() => drainedOne.drain()));
    const states = [closed.statistics().state, drainedOne.statistics().state];
    await whileCancelled(async () => {
      await using _owner = disposed;
    });
    states.push(disposed.statistics().state);
    return { states, thrown, isLost: leases.map(({ isLost }) => isLost) };
  });

  expect(seen).toMatchObject({
    states: ["closed", "closed", "closed"],
    thrown: { code: "TASK_CANCELLED" },
    isLost: [true, true, true],
  });
  expect(log).toEqual(["open 1", "open 1", "open 1", "close 1", "close 1", "close 1"]);
});

test("borrowers that are cancelled at every stage leave a ledger that counts none of them", async () => {
  const owner = counted([], { idleTimeout: 100 });

  const ledgers = await virtually(() =>
    taskGroup(async (group) => {
      const borrower = async (): Promise<void> => {
        using _lease = await owner.lease();
        try {
          await sleep(50);
        } finally {
          // What a counted connection would take its lock for.
          await checkpoint();
        }
      };
      const stages = [0, 5, 15].map((delay) => ({ delay, handle: group.startSoon(borrower) }));
      for (const { delay, handle } of stages) {
        group.startSoon(async () => {
          await sleep(delay);
          handle.cancel();
        });
      }
      await sleep(20);
      const during = owner.ledger();
      await sleep(200);
      return [during, owner.ledger()];
    }),
  );

  expect(ledgers).toMatchObject([
    { leases: 0, waiting: 0, timers: 1 },
    { leases: 0, waiting: 0, timers: 0, begun: 1, idled: 1 },
  ]);
});

test("a lease that was given keeps its value when the borrower is cancelled before it goes on", async () => {
  const owner = counted([]);

  const seen = await virtually(async () => {
    await owner.open();
    const scope = new CancelScope();
    const log: unknown[] = [];
    await scope.run(async () => {
      const leasing = owner.lease();
      scope.cancel();
      using lease = await leasing;
      log.push(lease.value, owner.ledger().leases);
      await checkpoint();
      log.push("not reached");
    });
    log.push(owner.ledger().leases);
    await owner.close();
    return log;
  });

  expect(seen).toEqual([1, 1, 0]);
});

test.each([
  [
    "sleeps for long in a shield",
    { abandoned: 1, failures: 0 },
    () => new CancelScope({ shield: true }).run(() => sleep(10_000)),
  ],
  ["waits for a promise that is not ours", { abandoned: 1, failures: 0 }, () => new Promise(() => {})],
  ["waits for ever", { abandoned: 0, failures: 1 }, () => sleep(Infinity)],
  [
    "waits on after each cancellation",
    { abandoned: 0, failures: 1 },
    async () => {
      await sleep(Infinity).catch(() => {});
      await sleep(Infinity);
    },
  ],
])("a close that %s holds nobody up for longer than the limits", async (_what, { abandoned, failures }, hang) => {
  const owner = new Owner(
    async (own) => {
      try {
        return await own.publish("value");
      } finally {
        await hang();
      }
    },
    { closeTimeout: 100 },
  );

  const took = await virtually(async (runtime) => {
    await owner.open();
    await owner.close();
    const { failures: seen } = owner.statistics();
    return { now: runtime.now(), state: owner.statistics().state, failures: seen.length, ledger: owner.ledger() };
  });

  expect(took).toMatchObject({
    now: abandoned === 0 ? 100 : 200,
    state: "closed",
    failures,
    ledger: { timers: 0, leases: 0, abandoned },
  });
});

test("a close that is busy with checkpoints is cancelled at one of them, and one that is deaf to that is given up", async () => {
  const stop = new AbortController();
  const busy = (yieldOnce: () => Promise<void>): Owner<string> =>
    new Owner(
      async (own) => {
        try {
          return await own.publish("value");
        } finally {
          while (!stop.signal.aborted) await yieldOnce();
        }
      },
      { closeTimeout: 30 },
    );
  const obedient = busy(checkpoint);
  const deaf = busy(() => new CancelScope({ shield: true }).run(checkpoint).then(() => {}));

  // On the system's clock: a virtual one stands still for as long as anybody is busy.
  await run(async () => {
    await gather([obedient, deaf].map((owner) => () => owner.open()));
    await gather([obedient, deaf].map((owner) => () => owner.close()));
    stop.abort();
  });

  expect(obedient.statistics()).toMatchObject({
    state: "closed",
    abandoned: 0,
    failures: [{ code: "TASK_CANCELLED" }],
  });
  expect(deaf.statistics()).toMatchObject({ state: "closed", abandoned: 1 });
});
