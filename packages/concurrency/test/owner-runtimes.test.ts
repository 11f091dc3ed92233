import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { Owner, run, runDetached, sleep, taskGroup } from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { counted } from "./counted-owner.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("OW-27"), async () => {
  const log: string[] = [];
  const slow = new Owner<number>(
    async (own) => {
      await sleep(10);
      if (own.generation === 1) throw new Error("failed");
      try {
        return await own.publish(own.generation);
      } finally {
        log.push("closed");
      }
    },
    { name: "slow", backoff: { initial: 100, jitter: 0 }, maxAttempts: 2 },
  );
  const refused: unknown[] = [];
  const refuse = async (): Promise<void> => {
    refused.push(await thrownBy(() => slow.lease()), await thrownBy(() => slow.open()));
  };

  const states = await virtually((runtime) =>
    taskGroup(async (group) => {
      const leasing = group.startSoon(() => slow.lease());
      const seen: string[] = [];
      for (const delay of [5, 10, 200]) {
        await sleep(delay);
        seen.push(slow.statistics().state);
        await runtime.external(elsewhere(refuse));
      }
      await leasing;
      await runtime.external(elsewhere(() => slow.close()));
      return [...seen, slow.statistics().state];
    }),
  );

  expect(states).toEqual(["opening", "backing-off", "ready", "closed"]);
  expect(log).toEqual(["closed"]);
  expect(refused).toMatchObject(
    ["opening", "backing-off", "ready"].flatMap((state) =>
      ["leasing from", "opening"].map((attempted) => ({
        code: "RUNTIME_MISMATCH",
        message: `${attempted} slow on the virtual runtime, and it is ${state} on the virtual one`,
      })),
    ),
  );
});

test("a generation that closes is not to be leased from another runtime, although the next would be open there", async () => {
  const loss = new AbortController();
  const owner = new Owner(
    async (own) => {
      try {
        return await own.publish("value", { lost: loss.signal });
      } finally {
        await sleep(10);
      }
    },
    { name: "dying" },
  );

  const thrown = await virtually(async (runtime) => {
    await owner.open();
    loss.abort();
    const error = await runtime.external(elsewhere(() => thrownBy(() => owner.lease())));
    await owner.close();
    return error;
  });

  expect(thrown).toMatchObject({
    code: "RUNTIME_MISMATCH",
    message: "leasing from dying on the virtual runtime, and it is closing on the virtual one",
  });
});

test("a task of another runtime may close while the owner opens or backs off, and code outside every task as well", async () => {
  const log: string[] = [];
  const owners = [1, 2].map(() => ({
    opening: counted(log),
    backingOff: new Owner<number>(() => Promise.reject(new Error("failed")), {
      backoff: { initial: 1_000 },
      maxAttempts: 2,
    }),
  }));

  const seen = await virtually((runtime) =>
    taskGroup(async (group) => {
      const all = owners.flatMap(({ opening, backingOff }) => [opening, backingOff]);
      const errors = all.map((owner) => group.startSoon(() => thrownBy(() => owner.lease())));
      await sleep(1);
      const states = all.map((owner) => owner.statistics().state);
      const close = (pair = owners[0]): Promise<unknown> =>
        Promise.all([pair?.opening.close(), pair?.backingOff.close()]);
      await runtime.external(elsewhere(() => close(owners[0])));
      await runtime.external(runDetached(() => close(owners[1])));
      return { states, now: runtime.now(), errors: await Promise.all(errors) };
    }),
  );

  expect(seen.states).toEqual(["opening", "backing-off", "opening", "backing-off"]);
  expect(seen.now).toBe(1);
  for (const error of seen.errors) expect(error).toMatchObject({ code: "RESOURCE_CLOSED" });
  expect(log).toEqual([]);
});

test("a lease of one runtime may be given back on another", async () => {
  const owner = counted([], { idleTimeout: 50 });

  const state = await virtually(async (runtime) => {
    const lease = await owner.lease();
    await runtime.external(elsewhere(() => lease.release()));
    await sleep(51);
    return owner.statistics().state;
  });

  expect(state).toBe("idle");
});

/** Runs a function in a task of a runtime of its own, which takes no wait of another for a deadlock. */
function elsewhere<T>(fn: () => PromiseLike<T> | T): Promise<T> {
  return run(fn, { runtime: new VirtualRuntime({ autoJump: false }) });
}
