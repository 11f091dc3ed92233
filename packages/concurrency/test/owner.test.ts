import { AsyncLocalStorage } from "node:async_hooks";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  currentTask,
  gather,
  moveOnAfter,
  Owner,
  sleep,
  taskGroup,
  type TaskInfo,
  withSignal,
} from "../src/index.ts";
import { counted } from "./counted-owner.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("OW-1"), async () => {
  const tasks: Record<string, TaskInfo> = {};
  const owner = new Owner(
    async (own) => {
      tasks["opener"] = currentTask();
      try {
        return await own.publish("value");
      } finally {
        tasks["closer"] = currentTask();
      }
    },
    { name: "owner" },
  );

  await virtually(async () => {
    await gather(
      [20, 10].map((delay) => async () => {
        using _lease = await owner.lease();
        await sleep(delay);
      }),
    );
    await owner.close();
  });

  expect(tasks["opener"]).toBe(tasks["closer"]);
  expect(tasks["opener"]).toMatchObject({ name: "owner" });
  expect(tasks["opener"]).not.toHaveProperty("parentId");
});

test(covers("OW-9"), async () => {
  const log: string[] = [];

  const owner = await virtually(async () => {
    const made = await new CancelScope().run(async (scope) => {
      const inner = counted(log);
      const opening = inner.lease();
      scope.cancel();
      await opening.catch(() => log.push("borrower cancelled"));
      return inner;
    });
    await sleep(20);
    await taskGroup(async (group) => {
      const borrower = group.startSoon(async () => {
        using _lease = await (made as Owner<number>).lease();
        await sleep(100);
      });
      using lease = await (made as Owner<number>).lease();
      borrower.cancel();
      await borrower.wait();
      log.push(`still lent: ${lease.value}, to ${made?.statistics().leases}`);
    });
    await made?.close();
    return made;
  });

  expect(log).toEqual(["borrower cancelled", "open 1", "still lent: 1, to 1", "close 1"]);
  expect(owner?.statistics()).toMatchObject({ generation: 1, failures: [] });
});

test("an owner sees no context of whoever borrows first, and its function's deadline callbacks see no task", async () => {
  const request = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const owner = new Owner(async (own) => {
    seen.push(request.getStore());
    await moveOnAfter(5, () =>
      withSignal(
        (signal) =>
          new Promise<void>((resolve) => {
            signal.addEventListener("abort", () => {
              seen.push(hasTask());
              resolve();
            });
          }),
      ),
    );
    return await own.publish("value");
  });

  await request.run("first request", () =>
    virtually(async () => {
      await owner.withLease(() => seen.push(request.getStore()));
      await owner.close();
    }),
  );

  expect(seen).toEqual([undefined, false, "first request"]);
});

function hasTask(): boolean {
  try {
    return currentTask() !== undefined;
  } catch {
    return false;
  }
}

test(covers("OW-14"), async () => {
  const owner = counted([]);
  using _lease = await owner.lease();

  const thrown = await thrownBy(() => virtually(() => owner.lease()));
  await owner.close();

  expect(thrown).toMatchObject({ code: "RUNTIME_MISMATCH", hint: "give each runtime an owner of its own" });
  expect((thrown as Error).message).toBe(
    "leasing from counted on the virtual runtime, and it is ready on the system one",
  );
});

test("an owner that is idle serves whichever runtime comes next", async () => {
  const owner = new Owner<number>((own) =>
    own.generation === 1 ? Promise.reject(new Error("first")) : own.publish(2),
  );

  await virtually(() => thrownBy(() => owner.lease()));
  const value = await virtually(async () => {
    const lent = await owner.withLease((number) => number);
    await owner.close();
    return lent;
  });

  expect(value).toBe(2);
});

test("owners and leases work outside every task", async () => {
  const log: string[] = [];

  {
    await using owner = counted(log);
    using lease = await owner.lease();
    log.push(`lent ${lease.value}`);
  }

  expect(log).toEqual(["open 1", "lent 1", "close 1"]);
});

test("an owner is named after its option or its function, and refuses a bad close timeout", () => {
  const names = [
    new Owner(function connection(own) {
      return own.publish(1);
    }).name,
    new Owner((own) => own.publish(1)).name,
    new Owner((own) => own.publish(1), { name: "pool" }).name,
  ];

  expect(names).toEqual(["connection", "owner", "pool"]);
  expect(() => new Owner((own) => own.publish(1), { closeTimeout: -1 })).toThrow(RangeError);
});
