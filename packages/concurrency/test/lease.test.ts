import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, currentTask, gather, type Lease, moveOnAfter, Owner, sleep, taskGroup } from "../src/index.ts";
import { counted } from "./counted-owner.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("OW-3"), async () => {
  const owner = counted([]);

  const seen = await virtually(async () => {
    const [first, second] = await gather([() => owner.lease(), () => owner.lease()]);
    const counts = [owner.statistics().leases];
    await gather([() => first.release()]);
    counts.push(owner.statistics().leases);
    await new CancelScope().run((scope) => {
      scope.cancel();
      first.release();
      second.release();
    });
    counts.push(owner.statistics().leases);
    await owner.close();
    return { counts, thrown: await thrownBy(() => first.value) };
  });

  expect(seen.counts).toEqual([2, 1, 0]);
  expect(seen.thrown).toMatchObject({
    code: "RESOURCE_CLOSED",
    message: "using a lease of counted after its release; take a new lease",
  });
});

test(covers("OW-12"), async () => {
  const log: string[] = [];
  const owner = counted(log);
  const controller = new AbortController();

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const handles = [
        group.startSoon(() => owner.lease()),
        group.startSoon(() => thrownBy(() => owner.lease({ signal: controller.signal }))),
        group.startSoon(() => owner.withLease((value) => value)),
      ] as const;
      await sleep(5);
      const before = owner.statistics().waiting;
      handles[0].cancel();
      controller.abort("no longer wanted");
      const after = owner.statistics().waiting;
      const results = [await handles[1], await handles[2]];
      await owner.close();
      return { before, after, results, status: handles[0].status };
    }),
  );

  expect(seen).toEqual({ before: 3, after: 1, results: ["no longer wanted", 1], status: "cancelled" });
  expect(log).toEqual(["open 1", "close 1"]);
  expect(getEventListeners(controller.signal, "abort")).toEqual([]);
});

test("a lease with a signal that has aborted is refused at once, and opens nothing", async () => {
  const owner = counted([]);

  const thrown = await virtually(() => thrownBy(() => owner.lease({ signal: AbortSignal.abort("no") })));

  expect(thrown).toBe("no");
  expect(owner.statistics()).toMatchObject({ state: "idle", generation: 0 });
});

test("a lease that was given keeps no listener on its signal", async () => {
  const owner = counted([]);
  const { signal } = new AbortController();

  await virtually(async () => {
    await owner.withLease(() => "used", { signal });
    await owner.withLease(() => "used again", { signal });
    await owner.close();
  });

  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("a wait that ends in any other way than by its signal leaves no listener on it", async () => {
  const { signal } = new AbortController();
  const [left, closed] = [counted([]), counted([])];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => moveOnAfter(5, () => left.lease({ signal })));
      group.startSoon(() => thrownBy(() => closed.open({ signal })));
      await sleep(5);
      await gather([left, closed].map((owner) => () => owner.close()));
    }),
  );

  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("leasing is a cancel point also when the resource is open", async () => {
  const owner = counted([]);

  const thrown = await virtually(async () => {
    await owner.withLease(() => "used");
    const error = await new CancelScope().run((scope) => {
      scope.cancel();
      return thrownBy(() => owner.lease());
    });
    await owner.close();
    return error;
  });

  expect(thrown).toMatchObject({ code: "TASK_CANCELLED" });
  expect(owner.statistics().leases).toBe(0);
});

test("withLease gives the lease back however the callback ends", async () => {
  const owner = counted([]);

  const seen = await virtually(async () => {
    const failed = await thrownBy(() => owner.withLease(() => Promise.reject(new Error("failure"))));
    const leases: Lease<number>[] = [];
    await moveOnAfter(5, () =>
      owner.withLease((_value, lease) => {
        leases.push(lease);
        return sleep(100);
      }),
    );
    const { leases: out } = owner.statistics();
    await owner.close();
    return { failed, out, isReleased: leases[0]?.isReleased };
  });

  expect(seen).toEqual({ failed: new Error("failure"), out: 0, isReleased: true });
});

test(covers("OW-31"), async () => {
  const loss = new AbortController();
  const [closed, lost] = [counted([]), new Owner((own) => own.publish("value", { lost: loss.signal }))];
  const dead = new Owner((own) => own.publish("value", { lost: sleep(50) }));

  const seen = await virtually(async () => {
    const leases = await gather([closed, lost, dead].map((owner) => () => owner.lease()));
    const tasks: unknown[] = [];
    for (const lease of leases as Lease<unknown>[]) {
      lease.lost.addEventListener("abort", () => tasks.push(thrownSyncBy(currentTask)));
    }
    await closed.close();
    loss.abort();
    await sleep(100);
    await gather([closed, lost, dead].map((owner) => () => owner.close()));
    return tasks;
  });

  expect(seen).toMatchObject([{ code: "NO_TASK" }, { code: "NO_TASK" }, { code: "NO_TASK" }]);
});

test("the lost signal of a lease cancels the scope it is given to, and stops only that", async () => {
  const loss = new AbortController();
  const owner = new Owner((own) => own.publish("value", { lost: loss.signal }));

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => sleep(5).then(() => loss.abort("session expired")));
      using lease = await owner.lease();
      const scope = new CancelScope({ signal: lease.lost });
      await scope.run(() => sleep(1_000));
      await owner.close();
      return { source: scope.cancelSource, caught: scope.cancelledCaught };
    }),
  );

  expect(seen).toEqual({ source: "signal", caught: true });
  expect(getEventListeners(loss.signal, "abort")).toEqual([]);
});

test(covers("OW-38"), async () => {
  const owner = counted([]);
  const told: string[] = [];

  const seen = await virtually(async () => {
    const [back, kept] = await gather([() => owner.lease(), () => owner.lease()]);
    back.lost.addEventListener("abort", () => told.push("given back"));
    kept.lost.addEventListener("abort", () => told.push("kept"));
    back.release();
    await owner.close();
    kept.release();
    return [back, kept].map(({ isLost, lost }) => [isLost, lost.aborted]);
  });

  expect(seen).toEqual([
    [false, false],
    [true, true],
  ]);
  expect(told).toEqual(["kept"]);
});

function thrownSyncBy(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
