import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { checkpoint, Owner, sleep, taskGroup } from "../src/index.ts";
import { counted } from "./counted-owner.ts";
import { virtually } from "./virtually.ts";

test(covers("OW-18"), async () => {
  const log: string[] = [];
  const owner = counted(log, { idleTimeout: 100 });

  const seen = await virtually(async (runtime) => {
    const first = await owner.lease();
    await sleep(1_000);
    first.release();
    await sleep(99);
    const states = [owner.statistics().state];
    await sleep(2);
    states.push(owner.statistics().state);
    const second = await owner.lease();
    const now = runtime.now();
    await owner.close();
    return { states, generation: second.generation, now };
  });

  expect(seen).toEqual({ states: ["ready", "idle"], generation: 2, now: 1_121 });
  expect(log).toEqual(["open 1", "close 1", "open 2", "close 2"]);
  expect(owner.ledger()).toMatchObject({ opened: 2, idled: 1, lost: 0, failed: 0 });
  expect(owner.statistics().failures).toEqual([]);
});

test(covers("OW-19"), async () => {
  const log: string[] = [];
  const owner = counted(log, { idleTimeout: 100 });

  const seen = await virtually(async () => {
    await owner.open();
    await sleep(60);
    const stopping = await owner.lease();
    await sleep(60);
    const isStillLent = !stopping.isLost;
    stopping.release();
    await sleep(60);
    using again = await owner.lease();
    const { generation } = again;
    again.release();
    // The timer of the owner was set before this one, so the lease is asked for in the very moment after it.
    await sleep(100);
    const late = await owner.lease();
    await sleep(1_000);
    const seenLate = { generation: late.generation, isLost: late.isLost, timers: owner.ledger().timers };
    await owner.close();
    return { isStillLent, generation, late: seenLate };
  });

  expect(seen).toEqual({ isStillLent: true, generation: 1, late: { generation: 2, isLost: false, timers: 0 } });
  expect(log).toEqual(["open 1", "close 1", "open 2", "close 2"]);
});

test("a lease that is given just before the idle time-out stops it, and one given back starts it anew", async () => {
  const owner = counted([], { idleTimeout: 100 });

  const ended = await virtually((runtime) =>
    taskGroup(async (group) => {
      group.startSoon(async () => {
        await sleep(110);
        using _lease = await owner.lease();
        await checkpoint();
      });
      await sleep(1);
      await owner.open();
      while (owner.statistics().state === "ready") await sleep(1);
      await owner.close();
      return runtime.now();
    }),
  );

  expect(ended).toBe(210);
  expect(owner.ledger()).toMatchObject({ begun: 1, idled: 1 });
});

test("a resource that was opened ahead, and never borrowed, is closed after the idle time-out as well", async () => {
  const log: string[] = [];
  const owner = counted(log, { idleTimeout: 100 });

  const state = await virtually(async () => {
    await owner.open();
    await sleep(101);
    return owner.statistics().state;
  });

  expect(state).toBe("idle");
  expect(log).toEqual(["open 1", "close 1"]);
});

test("an idle time-out of 0 closes when the last lease comes back, and none is set without one", async () => {
  const log: string[] = [];
  const hasty = counted(log, { idleTimeout: 0 });
  const patient = counted([]);

  const timers = await virtually(async () => {
    await hasty.withLease(() => log.push("used"));
    await sleep(1);
    await patient.withLease(() => "used");
    const { timers: set } = patient.ledger();
    await patient.close();
    return set;
  });

  expect(log).toEqual(["open 1", "used", "close 1"]);
  expect(timers).toBe(0);
});

test("a close that comes while the idle time-out runs leaves no timer", async () => {
  const owner = counted([], { idleTimeout: 100 });

  const before = await virtually(async () => {
    await owner.withLease(() => "used");
    const { timers } = owner.ledger();
    await owner.close();
    return timers;
  });

  expect(before).toBe(1);
  expect(owner.ledger()).toMatchObject({ timers: 0, idled: 0 });
});

test("refuses an idle time-out that is negative or no number", () => {
  for (const idleTimeout of [-1, Number.NaN, "10" as never]) {
    expect(() => new Owner((own) => own.publish(1), { idleTimeout })).toThrow(RangeError);
  }
});
