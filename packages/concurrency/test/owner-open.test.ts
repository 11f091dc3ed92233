import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, gather, moveOnAfter, Owner, type OwnerContext, run, sleep, taskGroup } from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { counted } from "./counted-owner.ts";
import { drained, thrownBy, virtually, watchRejections } from "./virtually.ts";

test(covers("OW-2"), async () => {
  const log: string[] = [];
  const owner = counted(log);

  const seen = await virtually(async (runtime) => {
    const leases = await gather([() => owner.lease(), () => owner.lease(), () => owner.lease()]);
    const statistics = owner.statistics();
    for (const lease of leases) lease.release();
    const now = runtime.now();
    await owner.close();
    return { values: leases.map(({ generation }) => generation), statistics, now };
  });

  expect(log).toEqual(["open 1", "close 1"]);
  expect(seen).toMatchObject({ values: [1, 1, 1], now: 10, statistics: { state: "ready", generation: 1, leases: 3 } });
});

test(covers("OW-4"), async () => {
  using rejections = watchRejections();
  const failure = new Error("cannot connect");
  const owner = new Owner<never>(() => sleep(5).then(() => Promise.reject(failure)));
  const unheard = new Owner<never>(() => sleep(5).then(() => Promise.reject(failure)));

  const errors = await virtually(async () => {
    await moveOnAfter(1, () => unheard.lease());
    return await Promise.all([1, 2, 3].map(() => thrownBy(() => owner.lease())));
  });
  await drained();

  expect(errors).toEqual([failure, failure, failure]);
  expect(owner.statistics()).toMatchObject({ state: "idle", generation: 1, waiting: 0, failures: [failure] });
  expect(unheard.statistics().failures).toEqual([failure]);
  expect(rejections.reasons).toEqual([]);
});

test("after a failed opening the next lease opens again", async () => {
  let attempts = 0;
  const owner = new Owner<string>((own) =>
    ++attempts < 3 ? Promise.reject(new Error(`attempt ${attempts}`)) : own.publish("value"),
  );

  const seen = await virtually(async () => {
    const results = [
      await thrownBy(() => owner.lease()),
      await thrownBy(() => owner.lease()),
      await owner.withLease((value, lease) => `${value} of generation ${lease.generation}`),
    ];
    await owner.close();
    return results;
  });

  expect(seen).toEqual([new Error("attempt 1"), new Error("attempt 2"), "value of generation 3"]);
});

test(covers("OW-5"), async () => {
  using rejections = watchRejections();
  const never = new Owner<string>(() => Promise.resolve() as never, { name: "never" });
  const twice = new Owner<string>(
    async (own) => {
      void own.publish("first");
      return await own.publish("second");
    },
    { name: "twice" },
  );
  const unheard = new Owner<string>(async (own) => {
    const published = own.publish("first");
    void own.publish("second");
    return await published;
  });

  const seen = await virtually(async () => {
    const silence = await thrownBy(() => never.lease());
    const lease = await twice.lease();
    await sleep(1);
    const quiet = await unheard.lease();
    await unheard.close();
    return { silence, isLost: lease.isLost, reason: lease.lost.reason as unknown, stayed: quiet.value };
  });
  await drained();

  const breach = {
    code: "OWNER_CONTRACT",
    message: "publish() a second time in one run of twice; the function publishes once",
  };
  expect(seen.silence).toMatchObject({ code: "OWNER_CONTRACT" });
  expect(seen).toMatchObject({ isLost: true, reason: breach, stayed: "first" });
  expect(twice.statistics().failures).toMatchObject([breach]);
  expect(unheard.statistics().failures).toMatchObject([{ code: "OWNER_CONTRACT" }]);
  expect(rejections.reasons).toEqual([]);
});

test("an owner function that returns while its publication is out loses the leases, and keeps the breach", async () => {
  using rejections = watchRejections();
  const owner = new Owner<string>(
    async (own) => {
      void own.publish("value");
      await sleep(5);
      return undefined as never;
    },
    { name: "hasty" },
  );

  const isLost = await virtually(async () => {
    const lease = await owner.lease();
    await sleep(10);
    return lease.isLost;
  });
  await drained();

  expect(isLost).toBe(true);
  expect(owner.statistics()).toMatchObject({
    state: "idle",
    abandoned: 0,
    failures: [
      {
        message:
          "the function of hasty returned something else than what publish() gave; return await own.publish(value)",
      },
    ],
  });
  expect(rejections.reasons).toEqual([]);
});

test("publish() in code that the owner function left behind is refused", async () => {
  const contexts: OwnerContext[] = [];
  const owner = new Owner<string>((own) => {
    contexts.push(own);
    return Promise.resolve() as never;
  });

  const late = await virtually(async () => {
    await thrownBy(() => owner.lease());
    return await thrownBy(() => contexts[0]?.publish("late"));
  });

  expect(late).toMatchObject({ code: "OWNER_CONTRACT" });
  expect(owner.statistics()).toMatchObject({ state: "idle", leases: 0 });
});

test(covers("OW-15"), async () => {
  let openings = 0;
  const owner = new Owner<string>((own) => {
    openings += 1;
    return own.publish("stillborn", { lost: AbortSignal.abort(new Error("dead on arrival")) });
  });

  const errors = await virtually(() => Promise.all([1, 2].map(() => thrownBy(() => owner.lease()))));

  expect(errors).toEqual([new Error("dead on arrival"), new Error("dead on arrival")]);
  expect(openings).toBe(1);
  expect(owner.statistics()).toMatchObject({ state: "idle", leases: 0, waiting: 0, failures: [errors[0]] });
});

test(covers("OW-37"), async () => {
  const controller = new AbortController();
  const owner = new Owner<number>(
    (own) => {
      if (own.generation < 10_000) throw new Error("refused");
      return own.publish(own.generation);
    },
    { maxAttempts: Infinity },
  );

  // On the system's runtime: a virtual one turns the event loop every so many steps in any case.
  setImmediate(() => controller.abort("no longer wanted"));
  const thrown = await thrownBy(() => owner.lease({ signal: controller.signal }));

  expect(thrown).toBe("no longer wanted");
  expect(owner.ledger()).toMatchObject({ waiting: 0, timers: 0, opened: 0 });
});

test(covers("OW-16"), async () => {
  const log: string[] = [];
  const owner = counted(log);
  const broken = new Owner<never>(() => sleep(5).then(() => Promise.reject(new Error("cannot connect"))));

  const seen = await virtually((runtime) =>
    taskGroup(async (group) => {
      const leaving = group.startSoon(() => owner.open());
      const opening = group.startSoon(() => owner.open());
      await sleep(5);
      leaving.cancel();
      await opening;
      const { state, leases } = owner.statistics();
      const now = runtime.now();
      await owner.open();
      const errors = await gather([() => thrownBy(() => broken.open()), () => thrownBy(() => broken.lease())]);
      await owner.close();
      return { status: leaving.status, state, leases, now, errors, late: await thrownBy(() => owner.open()) };
    }),
  );

  expect(seen).toMatchObject({ status: "cancelled", state: "ready", leases: 0, now: 10 });
  expect(seen.errors[0]).toEqual(new Error("cannot connect"));
  expect(seen.errors[1]).toBe(seen.errors[0]);
  expect(seen.late).toMatchObject({
    code: "RESOURCE_CLOSED",
    message: "opening counted, which is closed; make a new owner",
  });
  expect(log).toEqual(["open 1", "close 1"]);
});

test("open() leaves the queue when its signal aborts", async () => {
  const owner = counted([]);
  const controller = new AbortController();

  const seen = await virtually(async () => {
    const opening = thrownBy(() => owner.open({ signal: controller.signal }));
    const { waiting } = owner.statistics();
    controller.abort("no longer wanted");
    const left = { waiting, reason: await opening, after: owner.statistics().waiting };
    await owner.close();
    return left;
  });

  expect(seen).toEqual({ waiting: 1, reason: "no longer wanted", after: 0 });
});

test(covers("OW-17"), async () => {
  const log: string[] = [];
  const owner = counted(log);

  const seen = await virtually(async () => {
    await new CancelScope({ timeout: 5 }).run(() => owner.lease());
    const states = [owner.statistics().state];
    await sleep(1_000);
    states.push(owner.statistics().state);
    const { generation } = await owner.lease();
    await owner.close();
    return { states, generation };
  });

  expect(seen).toEqual({ states: ["opening", "ready"], generation: 1 });
  expect(log).toEqual(["open 1", "close 1"]);
});

test("an owner that was made in no task serves five root tasks at once, which open once and close nothing", async () => {
  const log: string[] = [];
  const owner = counted(log);
  const runtime = new VirtualRuntime();

  const values = await Promise.all(
    [5, 1, 4, 2, 3].map((delay) =>
      run(() => owner.withLease((value) => sleep(delay).then(() => value)), { runtime, name: `request ${delay}` }),
    ),
  );
  log.push("all done");
  await run(() => owner.close(), { runtime });

  expect(values).toEqual([1, 1, 1, 1, 1]);
  expect(log).toEqual(["open 1", "all done", "close 1"]);
  expect(runtime.leaks()).toEqual([]);
});

test("a task that holds a lease, and siblings that come and go, share one opening", async () => {
  const log: string[] = [];
  const owner = counted(log);

  await virtually(async () => {
    using _held = await owner.lease();
    await gather([3, 1, 2].map((delay) => () => owner.withLease(() => sleep(delay))));
    log.push(`${owner.ledger().leases} out`);
    await owner.drain(0);
  });

  expect(log).toEqual(["open 1", "1 out", "close 1"]);
});

test("a signal that is none is refused", async () => {
  const owner = counted([]);

  const thrown = await thrownBy(() => owner.lease({ signal: {} as AbortSignal }));

  expect(thrown).toEqual(new TypeError("a signal is an AbortSignal, and object is not one"));
});

test("an owner is made of a function", () => {
  expect(() => new Owner({} as never)).toThrow(
    new TypeError("an Owner takes an async function, and object is not one"),
  );
});
