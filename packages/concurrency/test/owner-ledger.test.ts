import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { gather, type Instrument, moveOnAfter, Owner, sleep, taskGroup } from "../src/index.ts";
import { counted } from "./counted-owner.ts";
import { thrownBy, virtually } from "./virtually.ts";

const runProgram = promisify(execFile);

test(
  covers("OW-28"),
  async () => {
    const program = join(import.meta.dirname, "fixtures/owned-resources.ts");

    const { stdout } = await runProgram(process.execPath, [program], { timeout: 10_000 });

    const { held, ledgers } = JSON.parse(stdout);
    expect(held).toEqual({
      before: [],
      // Both ends of the connection; the timers are the ticker's own and the one that all idle time-outs share.
      open: ["ProcessWrap", "TCPServerWrap", "TCPSocketWrap", "TCPSocketWrap", "Timeout", "Timeout"],
      after: [],
    });
    expect(ledgers).toHaveLength(3);
    for (const ledger of ledgers) {
      expect(ledger).toMatchObject({ leases: 0, waiting: 0, timers: 0, begun: 2, failed: 1, opened: 1 });
    }
  },
  15_000,
);

test(covers("OW-29"), async () => {
  const losses = [new AbortController(), new AbortController()];
  const owner = new Owner<number>(
    async (own) => {
      await sleep(10);
      if (own.generation === 1) throw new Error("failed");
      const loss = losses[own.generation - 2];
      return await own.publish(own.generation, loss === undefined ? {} : { lost: loss.signal });
    },
    { idleTimeout: 50 },
  );

  const ledgers = await virtually(async () => {
    const seen = [owner.ledger()];
    await thrownBy(() => owner.lease());
    for (const loss of losses) {
      const lease = await owner.lease();
      seen.push(owner.ledger());
      loss.abort();
      lease.release();
    }
    await owner.withLease(() => sleep(10));
    seen.push(owner.ledger());
    await sleep(60);
    await moveOnAfter(5, () => owner.lease());
    seen.push(owner.ledger());
    await owner.close();
    return [...seen, owner.ledger()];
  });

  const none = {
    leases: 0,
    waiting: 0,
    timers: 0,
    opened: 0,
    failed: 0,
    cancelled: 0,
    lost: 0,
    idled: 0,
    abandoned: 0,
  };
  expect(ledgers).toEqual([
    { ...none, begun: 0 },
    { ...none, begun: 2, opened: 1, failed: 1, leases: 1 },
    { ...none, begun: 3, opened: 2, failed: 1, lost: 1, leases: 1 },
    { ...none, begun: 4, opened: 3, failed: 1, lost: 2, timers: 1 },
    { ...none, begun: 5, opened: 3, failed: 1, lost: 2, idled: 1 },
    { ...none, begun: 5, opened: 3, failed: 1, lost: 2, idled: 1, cancelled: 1 },
  ]);
});

test("the ledger counts those who wait, and the timers of a drain and of a bounded close", async () => {
  const owner = new Owner(
    async (own) => {
      await sleep(10);
      try {
        return await own.publish("value");
      } finally {
        await sleep(10);
      }
    },
    { closeTimeout: 100 },
  );

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const leasing = group.startSoon(() => owner.lease());
      group.startSoon(() => owner.open());
      await sleep(5);
      const waiting = [owner.ledger().waiting, owner.statistics().waiting];
      const lease = await leasing;
      const draining = group.startSoon(() => owner.drain(1_000));
      await sleep(5);
      const drain = { timers: owner.ledger().timers, state: owner.statistics().state };
      lease.release();
      await sleep(5);
      const close = { timers: owner.ledger().timers, state: owner.statistics().state };
      await draining;
      return { waiting, drain, close, after: owner.ledger().timers };
    }),
  );

  expect(seen).toEqual({
    waiting: [2, 2],
    drain: { timers: 1, state: "ready" },
    close: { timers: 1, state: "closing" },
    after: 0,
  });
});

test(covers("OW-30"), async () => {
  const seen: string[] = [];
  const instrument: Instrument = {
    taskSpawned: ({ name, parentId }) => seen.push(`${name} spawned, ${parentId === undefined ? "a root" : "a child"}`),
    taskFinished: ({ name }, outcome) => seen.push(`${name} ${outcome}`),
    scopeCancelled: ({ name, source }) => seen.push(`${name} cancelled: ${source}`),
  };
  const owner = new Owner<number>(
    (own) =>
      taskGroup(async (group) => {
        group.startSoon(() => sleep(5), { name: "greeting" });
        await sleep(10);
        if (own.generation === 1) throw new Error("failed");
        return await own.publish(own.generation);
      }),
    { name: "watched", instruments: [instrument], maxAttempts: 2 },
  );

  await virtually(async () => {
    await owner.open();
    await owner.close();
  });

  const spawned = ["watched spawned, a root", "greeting spawned, a child", "greeting finished"];
  expect(seen.filter((event) => !event.startsWith("undefined"))).toEqual([
    ...spawned,
    "watched failed",
    ...spawned,
    "watched finished",
  ]);
});

test("an instrument that ends the value when the first of two is served leaves the second to the next", async () => {
  const losses = [new AbortController(), new AbortController()];
  const owner = new Owner((own) => own.publish(own.generation, { lost: losses[own.generation - 1]?.signal as never }), {
    name: "watched",
  });
  const instrument: Instrument = {
    waitEnded: ({ what }) => {
      if (what === "a lease of watched") losses[0]?.abort();
    },
  };

  const leases = await virtually(
    async () => {
      const both = await Promise.all([owner.lease(), owner.lease()]);
      const seen = both.map(({ generation, isLost }) => [generation, isLost]);
      for (const lease of both) lease.release();
      await owner.close();
      return seen;
    },
    { instruments: [instrument] },
  );

  expect(leases).toEqual([
    [1, true],
    [2, false],
  ]);
  expect(owner.ledger()).toMatchObject({ leases: 0, waiting: 0 });
});

test("an instrument that closes the owner when the first of two is served leaves the second without a lease", async () => {
  const owner = counted([]);
  const instrument: Instrument = {
    waitEnded: ({ what }) => {
      if (what === "a lease of counted") void owner.close();
    },
  };

  const results = await virtually(() => Promise.allSettled([owner.lease(), owner.lease()]), {
    instruments: [instrument],
  });

  expect(results).toMatchObject([{ status: "fulfilled" }, { reason: { code: "RESOURCE_CLOSED" } }]);
  expect(owner.ledger()).toMatchObject({ leases: 0, waiting: 0 });
});

test("both snapshots are frozen, and an owner that was never used has nothing in its books", async () => {
  const owner = counted([]);

  await virtually(() => gather([() => owner.close(), () => owner.drain()]));

  expect([owner.ledger(), owner.statistics(), owner.statistics().failures].every(Object.isFrozen)).toBe(true);
  expect(Object.values(owner.ledger()).every((count) => count === 0)).toBe(true);
});
