import { spawn } from "node:child_process";
import { getEventListeners, once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, checkpoint, isCancelled, run, shielded, sleep, taskGroup } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("SI-1"), async () => {
  const controller = new AbortController();
  const late = new CancelScope({ signal: controller.signal, name: "late" });
  const early = new CancelScope({ signal: AbortSignal.abort("before"), name: "early" });

  const reasons = await virtually(async () => {
    const thrown: unknown[] = [];
    await early.run(async () => thrown.push(await thrownBy(() => checkpoint())));
    await taskGroup((group) => {
      group.startSoon(() => late.run(async () => thrown.push(await thrownBy(() => sleep(100)))));
      group.startSoon(() => sleep(1).then(() => controller.abort("after")));
    });
    return thrown;
  });

  expect(reasons).toMatchObject([
    { source: "signal", reason: "before", scopeName: "early" },
    { source: "signal", reason: "after", scopeName: "late" },
  ]);
  expect([early.cancelSource, late.cancelSource]).toEqual(["signal", "signal"]);
});

test(covers("SI-2"), async () => {
  const { signal } = new AbortController();
  const unused = new CancelScope({ signal });
  const entered = new CancelScope({ signal });
  const counts: number[] = [];

  await virtually(async () => {
    counts.push(getEventListeners(signal, "abort").length);
    await new CancelScope({ signal }).run(() => counts.push(getEventListeners(signal, "abort").length));
    entered.enter();
    counts.push(getEventListeners(signal, "abort").length);
    entered.exit();
    counts.push(getEventListeners(signal, "abort").length);
  });

  expect(unused.cancelCalled).toBe(false);
  expect(counts).toEqual([0, 1, 1, 0]);
});

test(covers("SI-3"), async () => {
  const seen: Record<string, unknown> = {};
  const outer = new CancelScope({ name: "outer" });
  const before = new CancelScope({ name: "before" });
  const asked = before.signal;
  before.cancel("early");

  await virtually(() =>
    outer.run(async () => {
      const inner = new CancelScope({ name: "inner" });
      const shield = new CancelScope({ shield: true });
      await shield.run(() =>
        new CancelScope().run(async (sheltered) => {
          await new CancelScope().run(async (own) => {
            const { signal } = own;
            own.cancel("own");
            seen["own"] = signal.reason;
          });
          const { signal } = sheltered;
          outer.cancel("all");
          seen["sheltered"] = signal.aborted;
          shield.shield = false;
          seen["unshielded"] = signal.aborted;
        }),
      );
      await inner.run(() => (seen["late"] = inner.signal.aborted));
    }),
  );

  expect(seen).toMatchObject({
    own: { code: "TASK_CANCELLED", reason: "own" },
    sheltered: false,
    unshielded: true,
    late: true,
  });
  expect(asked.reason).toMatchObject({ reason: "early" });
});

test(covers("SI-4"), async () => {
  const scope = new CancelScope();
  const entered = new CancelScope();

  const signals = await virtually(async () => {
    const first = await scope.run(() => scope.signal);
    entered.enter();
    const second = entered.signal;
    entered.exit();
    return [first, second];
  });
  scope.cancel();
  entered.cancel();

  expect(signals.map((signal) => signal?.aborted)).toEqual([false, false]);
  expect(scope.signal.aborted).toBe(false);
});

test("a signal that nobody was stopped by is no work left over", async () => {
  const abandoned: unknown[] = [];

  await virtually(() => new CancelScope().run((scope) => void scope.signal), {
    instruments: [{ scopeAbandoned: (event) => abandoned.push(event) }],
  });

  expect(abandoned).toEqual([]);
});

test(covers("SI-5"), async () => {
  const scope = new CancelScope();
  let thrown: unknown;

  const outcome = await run(() =>
    scope.run(async ({ signal }) => {
      queueMicrotask(() => scope.cancel("no more"));
      try {
        // A timer of Node's own, which never ends by itself here.
        return await delay(2 ** 31 - 1, "slept", { signal });
      } catch (error) {
        thrown = error;
        throw error;
      }
    }),
  );

  expect(outcome).toBeUndefined();
  expect(isCancelled(thrown)).toBe(false);
  expect(thrown).toMatchObject({ name: "AbortError", cause: { reason: "no more" } });
  expect(scope.cancelledCaught).toBe(true);
});

test("a task that its scope's signal stopped is cancelled, not failed", async () => {
  const result = await run(() =>
    taskGroup(async (group) => {
      const handle = group.startSoon(() => delay(2 ** 31 - 1, "slept", { signal: group.scope.signal }));
      await checkpoint();
      group.cancel();
      await shielded(() => handle.wait());
      return handle.status;
    }),
  );

  expect(result).toBe("cancelled");
});

test("a scope's signal stops a fetch, and the server sees the end of the request", async () => {
  const closed = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const server = createServer((request) => {
    request.on("close", closed.resolve);
    arrived.resolve();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const scope = new CancelScope();

  const outcome = await run(() =>
    scope.run(async ({ signal }) => {
      void arrived.promise.then(() => scope.cancel());
      return await fetch(`http://127.0.0.1:${port}/`, { signal });
    }),
  );
  await closed.promise;
  server.closeAllConnections();
  server.close();

  expect(outcome).toBeUndefined();
  expect(scope.cancelledCaught).toBe(true);
});

test("a scope's signal ends a child process", async () => {
  const scope = new CancelScope();

  const ended = Promise.withResolvers<unknown>();

  const outcome = await run(() =>
    scope.run(async ({ signal }) => {
      const child = spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)"], { signal });
      child.on("exit", (_code, killedBy) => ended.resolve(killedBy));
      await once(child, "spawn");
      queueMicrotask(() => scope.cancel());
      return await once(child, "exit");
    }),
  );

  expect(outcome).toBeUndefined();
  expect(await ended.promise).toBe("SIGTERM");
});
