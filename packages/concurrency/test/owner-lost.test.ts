import { getEventListeners } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, Event, Owner, type Published, sleep, taskGroup } from "../src/index.ts";
import { drained, virtually } from "./virtually.ts";

test(covers("OW-8"), async () => {
  const log: string[] = [];
  const died = new AbortController();
  const broken = Promise.withResolvers<never>();
  const lost = [died.signal, broken.promise];
  const owner = new Owner(async (own) => {
    log.push(`open ${own.generation}`);
    const watched = lost[own.generation - 1];
    try {
      return await own.publish(own.generation, watched === undefined ? {} : { lost: watched });
    } finally {
      await sleep(5);
      log.push(`close ${own.generation}`);
    }
  });

  const leases = await virtually(async () => {
    const first = await owner.lease();
    died.abort("session expired");
    log.push(owner.statistics().state);
    const second = await owner.lease();
    broken.reject(new Error("socket closed"));
    await sleep(1);
    const third = await owner.lease();
    third.release();
    await owner.close();
    return [first, second, third];
  });

  expect(log).toEqual(["open 1", "closing", "close 1", "open 2", "close 2", "open 3", "close 3"]);
  expect(leases.map(({ isLost, generation }) => ({ isLost, generation }))).toEqual([
    { isLost: true, generation: 1 },
    { isLost: true, generation: 2 },
    { isLost: true, generation: 3 },
  ]);
  expect(leases.slice(0, 2).map(({ lost: signal }) => signal.reason as unknown)).toEqual([
    "session expired",
    new Error("socket closed"),
  ]);
  expect(getEventListeners(died.signal, "abort")).toEqual([]);
});

test("a long-lived signal that says when values are lost is listened to only while one is lent", async () => {
  const shutdown = new AbortController();
  const owner = new Owner((own) => own.publish("value", { lost: shutdown.signal }));

  const during = await virtually(async () => {
    await owner.withLease(() => "used");
    const listeners = getEventListeners(shutdown.signal, "abort").length;
    await owner.close();
    return listeners;
  });

  expect(during).toBe(1);
  expect(getEventListeners(shutdown.signal, "abort")).toEqual([]);
});

test("a promise that would say when values are lost, and never settles, keeps none that was closed", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const never = new Promise(() => {});
  const values: WeakRef<object>[] = [];

  await virtually(async () => {
    const owner = new Owner((own) => {
      const value = {};
      values.push(new WeakRef(value));
      return own.publish(value, { lost: never });
    });
    await owner.open();
    await owner.close();
  });
  await drained();
  collect();

  expect(values.map((value) => value.deref())).toEqual([undefined]);
  expect(never).toBeInstanceOf(Promise);
});

test("a thenable that throws when it is watched for the loss of the value loses it", async () => {
  const lost = {
    // oxlint-disable-next-line unicorn/no-thenable
    then(): never {
      throw new Error("broken");
    },
  };
  const owner = new Owner((own) => own.publish("value", { lost: lost as PromiseLike<never> }));

  const reason = await virtually(async () => {
    const lease = await owner.lease();
    await sleep(1);
    await owner.close();
    return lease.lost.reason as unknown;
  });

  expect(reason).toEqual(new Error("broken"));
});

test("a helper task of the owner function that fails takes the value down, and nobody borrows a dying one", async () => {
  const log: string[] = [];
  const beat = new Event();
  const owner = new Owner<number>((own) =>
    taskGroup(async (group): Promise<Published<number>> => {
      if (own.generation === 1)
        group.startSoon(() => beat.wait().then(() => Promise.reject(new Error("no heartbeat"))));
      try {
        return await own.publish(own.generation);
      } finally {
        await new CancelScope({ shield: true }).run(() => sleep(5));
        log.push(`close ${own.generation}`);
      }
    }),
  );

  const generations = await virtually(async () => {
    const first = await owner.lease();
    beat.set();
    await sleep(1);
    const second = await owner.lease();
    const seen = [first, second].map(({ generation, isLost }) => ({ generation, isLost }));
    await owner.close();
    return seen;
  });

  expect(generations).toEqual([
    { generation: 1, isLost: true },
    { generation: 2, isLost: false },
  ]);
  expect(log).toEqual(["close 1", "close 2"]);
  expect(owner.statistics().failures).toMatchObject([{ errors: [{ message: "no heartbeat" }] }]);
});
