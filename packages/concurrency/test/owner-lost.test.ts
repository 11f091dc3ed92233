import { getEventListeners } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, currentTask, Event as Flag, Owner, type Published, sleep, taskGroup } from "../src/index.ts";
import { drained, thrownBy, virtually } from "./virtually.ts";

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
    { isLost: false, generation: 3 },
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

test("a promise that would say when values are lost, and never settles, keeps none that was closed, and no task", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const never = new Promise(() => {});
  const kept: WeakRef<object>[] = [];

  await virtually(async () => {
    const owner = new Owner((own) => {
      const value = {};
      kept.push(new WeakRef(value), new WeakRef(currentTask()));
      return own.publish(value, { lost: never });
    });
    await owner.open();
    await owner.close();
  });
  await drained();
  collect();

  expect(kept.map((each) => each.deref())).toEqual([undefined, undefined]);
  expect(never).toBeInstanceOf(Promise);
});

test("however many generations watch a promise that never settles, it has one reaction", async () => {
  let reactions = 0;
  const never = {
    // oxlint-disable-next-line unicorn/no-thenable
    then(): void {
      reactions += 1;
    },
  };
  const owner = new Owner((own) => own.publish("value", { lost: never as PromiseLike<never> }), { idleTimeout: 0 });

  await virtually(async () => {
    for (let generation = 0; generation < 3; generation++) {
      await owner.open();
      await sleep(1);
    }
  });

  expect(owner.ledger()).toMatchObject({ opened: 3, idled: 3 });
  expect(reactions).toBe(1);
});

test("two owners that watch one promise are both told, and so is one that begins when it has settled", async () => {
  const ended = Promise.withResolvers<void>();
  const owners = [1, 2, 3].map(() => new Owner((own) => own.publish("value", { lost: ended.promise })));

  const lost = await virtually(async () => {
    const early = await Promise.all(owners.slice(0, 2).map((owner) => owner.lease()));
    ended.resolve();
    await sleep(1);
    const late = await owners[2]?.lease();
    await sleep(1);
    return [...early, late].map((lease) => lease?.isLost);
  });

  expect(lost).toEqual([true, true, true]);
});

test("what a promise gives is the reason of the loss where it is an error, and else the cause of one", async () => {
  const [plain, error] = [Promise.resolve([false]), Promise.resolve(new Error("reset"))];
  const owners = [plain, error].map(
    (lost) => new Owner((own) => own.publish("value", { lost }), { name: "connection" }),
  );

  const reasons = await virtually(async () => {
    const leases = await Promise.all(owners.map((owner) => owner.lease()));
    await sleep(1);
    return leases.map(({ lost }) => lost.reason as unknown);
  });

  expect(reasons).toMatchObject([
    { code: "RESOURCE_CLOSED", message: "connection was lost", cause: [false] },
    { message: "reset" },
  ]);
});

test(covers("OW-40"), async () => {
  const foreign = Object.assign(new EventTarget(), { aborted: false, reason: "reset by peer" });
  const owner = new Owner((own) => own.publish("value", { lost: foreign as never }));
  const refused = [{}, null, 5].map((lost) => new Owner((own) => own.publish("value", { lost: lost as never })));

  const seen = await virtually(async () => {
    const lease = await owner.lease();
    await sleep(1);
    const before = lease.isLost;
    foreign.dispatchEvent(new Event("abort"));
    await owner.close();
    return { before, reason: lease.lost.reason as unknown, thrown: await Promise.all(refused.map(thrownByLease)) };
  });

  expect(seen).toMatchObject({ before: false, reason: "reset by peer" });
  expect(seen.thrown).toEqual([
    new TypeError("lost is an AbortSignal or a promise, and object is neither"),
    new TypeError("lost is an AbortSignal or a promise, and null is neither"),
    new TypeError("lost is an AbortSignal or a promise, and number is neither"),
  ]);
});

function thrownByLease(owner: Owner<unknown>): Promise<unknown> {
  return thrownBy(() => owner.lease());
}

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
  const beat = new Flag();
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
