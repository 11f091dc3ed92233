import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { cancellable, Owner, type Published, run, shielded, sleep, taskGroup } from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("OW-35"), async () => {
  const leasing: Owner<string> = new Owner<string>(
    async (own) => {
      await leasing.lease();
      return await own.publish("never");
    },
    { name: "leasing", maxAttempts: 3 },
  );
  const opening: Owner<string> = new Owner<string>((own) => opening.open().then(() => own.publish("never")));

  const thrown = await virtually(async () => [
    await thrownBy(() => leasing.lease()),
    await thrownBy(() => opening.lease()),
  ]);

  expect(thrown).toMatchObject([{ code: "OWNER_CONTRACT" }, { code: "OWNER_CONTRACT" }]);
  expect((thrown[0] as Error).message).toBe(
    "leasing from leasing in its own function, which would wait for itself; use what the function opened",
  );
  expect(leasing.ledger()).toMatchObject({ begun: 1, failed: 1, waiting: 0 });
});

test("its own function may not lease while it closes what was lost, and may while it is parked", async () => {
  const seen: unknown[] = [];
  const loss = new AbortController();
  const owner: Owner<string> = new Owner<string>(async (own) => {
    if (own.generation === 2) return await own.publish("second");
    const parked = own.publish("first", { lost: loss.signal });
    seen.push(await owner.withLease((value) => value));
    try {
      return await parked;
    } finally {
      seen.push(await thrownBy(() => owner.lease()));
    }
  });

  await virtually(async () => {
    await owner.open();
    await sleep(1);
    loss.abort();
    seen.push(await owner.withLease((value) => value));
    await owner.close();
  });

  expect(seen).toMatchObject(["first", { code: "OWNER_CONTRACT" }, "second"]);
});

test("a task below its own function may lease before the value is published, and gets it then", async () => {
  const log: string[] = [];
  const owner: Owner<string> = new Owner<string>((own) =>
    taskGroup(async (group): Promise<Published<string>> => {
      group.startSoon(() => owner.withLease((value) => log.push(`helper: ${value}`)));
      await sleep(5);
      return await own.publish("value");
    }),
  );

  await virtually(async () => {
    await owner.withLease((value) => log.push(value));
    await owner.close();
  });

  expect(log.toSorted()).toEqual(["helper: value", "value"]);
});

test("the function of one owner may lease from another, and is lost and closed with it", async () => {
  const log: string[] = [];
  const died = new AbortController();
  const socket = new Owner<string>(async (own) => {
    log.push(`open socket ${own.generation}`);
    try {
      return await own.publish(`socket ${own.generation}`, own.generation === 1 ? { lost: died.signal } : {});
    } finally {
      log.push(`close socket ${own.generation}`);
    }
  });
  const session = new Owner<string>(async (own) => {
    using lease = await socket.lease();
    try {
      return await own.publish(`session on ${lease.value}`, { lost: lease.lost });
    } finally {
      log.push(`close session ${own.generation}`);
    }
  });

  const values = await virtually(async () => {
    await using _first = socket;
    await using _second = session;
    const before = await session.withLease((value) => value);
    died.abort();
    return [before, await session.withLease((value) => value)];
  });

  expect(values).toEqual(["session on socket 1", "session on socket 2"]);
  expect(log.filter((line) => line.includes("socket"))).toEqual([
    "open socket 1",
    "close socket 1",
    "open socket 2",
    "close socket 2",
  ]);
  expect(log.indexOf("close session 2")).toBeLessThan(log.indexOf("close socket 2"));
  expect([socket, session].map((owner) => owner.ledger().leases)).toEqual([0, 0]);
});

test(covers("OW-36"), async () => {
  const log: string[] = [];
  const hasty: Owner<string> = new Owner<string>(async (own) => {
    await owners[0]?.close();
    log.push("went on");
    return await own.publish("never");
  });
  const owners: Owner<string>[] = [hasty];
  for (const end of [
    (owner: Owner<string>): Promise<unknown> => owner.close(),
    (owner: Owner<string>): Promise<unknown> => owner.drain(),
  ]) {
    const owner: Owner<string> = new Owner<string>((own) =>
      taskGroup(async (group): Promise<Published<string>> => {
        group.startSoon(() => sleep(5).then(() => taskGroup(() => end(owner))));
        return await own.publish("value");
      }),
    );
    owners.push(owner);
  }

  const now = await virtually(async (runtime) => {
    await Promise.all(owners.map((owner) => owner.open().catch(() => {})));
    await sleep(6);
    return runtime.now();
  });

  expect(now).toBe(6);
  expect(log).toEqual(["went on"]);
  for (const owner of owners) {
    expect(owner.statistics()).toMatchObject({ state: "closed", abandoned: 0, failures: [] });
  }
});

test("a close in a root task that the function starts waits, as it is no part of the owner", async () => {
  const log: string[] = [];
  const runtime = new VirtualRuntime();
  const owner: Owner<string> = new Owner<string>(async (own) => {
    void run(() => sleep(5).then(() => owner.close())).then(() => log.push("closed"));
    try {
      return await own.publish("value");
    } finally {
      await sleep(5);
      log.push("closing");
    }
  });

  await run(() => owner.open(), { runtime });
  await runtime.advance(20);

  expect(log).toEqual(["closing", "closed"]);
});

test(covers("OW-39"), async () => {
  const connected = Promise.withResolvers<void>();
  const log: unknown[] = [];
  const owner = new Owner<string>(
    async (own) => {
      await shielded(() => cancellable(connected.promise));
      try {
        return await shielded(() => own.publish("value"));
      } catch (error) {
        log.push(error);
        throw error;
      } finally {
        log.push("closed");
      }
    },
    { closeTimeout: 100 },
  );

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => thrownBy(() => owner.lease()));
      await sleep(1);
      await owner.close();
      connected.resolve();
      await sleep(1);
    }),
  );

  expect(log).toMatchObject([{ code: "TASK_CANCELLED" }, "closed"]);
  expect(owner.statistics()).toMatchObject({ state: "closed", abandoned: 1, failures: [] });
});
