import { Event, gather, moveOnAfter, sleep, taskGroup } from "@holdfast/concurrency";
import { runVirtually } from "@holdfast/concurrency/testing";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CallGate } from "../src/call-gate.ts";
import { type McpCallOptions, type McpConnectionOptions, McpOverloadedError, openMcpConnection } from "../src/index.ts";
import { createFaultyServer, openFaultyHttpServer } from "../src/testing/index.ts";
import { soon } from "./fixtures/soon.ts";

const failure = (error: unknown): unknown => error;

/** A server whose one tool waits to be let go of, and says which calls were inside and how many at most. */
function holding(): {
  tools: { hold: (args: object) => Promise<string> };
  begun: string[];
  most: () => number;
  go: Event;
} {
  const begun: string[] = [];
  const go = new Event("the calls to be let go of");
  let inside = 0;
  let most = 0;
  const hold = async (args: object): Promise<string> => {
    begun.push((args as { text: string }).text);
    most = Math.max(most, ++inside);
    await go.wait();
    inside -= 1;
    return "held";
  };
  return { tools: { hold }, begun, most: () => most, go };
}

const range = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

test(covers("MF-1"), async () => {
  const { tools, begun, most, go } = holding();
  await runVirtually(async (runtime) => {
    const server = createFaultyServer({ runtime, tools });
    await using connection = await openMcpConnection({ open: () => server.connect(), maxInFlight: 3 });
    await connection.withLease((lease) =>
      taskGroup(async (group) => {
        for (const text of range(10)) {
          const by = Number(text) % 2 === 0 ? connection : lease;
          group.startSoon(() => by.callTool("hold", { text }));
        }
        await server.waitUntil(({ inFlight }) => inFlight === 3);
        await sleep(1_000);
        expect(connection.statistics()).toMatchObject({ callsInFlight: 3, callsQueued: 7 });
        go.set();
      }),
    );
    expect(connection.statistics()).toMatchObject({ callsInFlight: 0, callsQueued: 0 });
  });

  expect(begun).toHaveLength(10);
  expect(most()).toBe(3);
});

test(`${covers("MF-1")} (order)`, async () => {
  const { tools, begun, go } = holding();
  await using server = await openFaultyHttpServer({ tools });
  await using connection = await openMcpConnection({ url: server.url, maxInFlight: 1 });

  await connection.withLease(async (lease) => {
    const calls = range(6).map((text) => (Number(text) % 2 === 0 ? connection : lease).callTool("hold", { text }));
    go.set();
    await Promise.all(calls);
  });

  expect(begun).toEqual(range(6));
});

test("every request takes a place, and a lease that makes none does not", async () => {
  await using server = await openFaultyHttpServer({ faults: [{ fault: "hang" }] });
  await using connection = await openMcpConnection({ url: server.url, maxInFlight: 1, maxQueue: 0 });
  const controller = new AbortController();
  await connection.withLease(async () => {
    const call = connection.callTool("echo", {}, { signal: controller.signal }).catch(failure);
    await server.waitUntil(({ inFlight }) => inFlight === 1);

    await expect(connection.listTools()).rejects.toMatchObject({ code: "MCP_OVERLOADED" });

    controller.abort("enough");
    await call;
    expect(await connection.listTools()).toHaveLength(2);
  });
});

test(covers("MF-2"), async () => {
  const { tools, begun, go } = holding();
  const [full, late, waited] = await runVirtually<readonly [unknown, unknown, number]>(async (runtime) => {
    const server = createFaultyServer({ runtime, tools });
    const options = { maxInFlight: 1, maxQueue: 1, queueTimeout: 500 };
    await using connection = await openMcpConnection({ open: () => server.connect(), name: "shop", ...options });
    return await taskGroup(async (group) => {
      group.startSoon(() => connection.callTool("hold", { text: "first" }));
      await server.waitUntil(({ inFlight }) => inFlight === 1);
      const start = runtime.now();
      const queued = connection.callTool("hold", { text: "late" }).catch(failure);
      await sleep(1);
      const refused = await connection.callTool("hold", { text: "full" }).catch(failure);
      const timedOut = await queued;
      go.set();
      return [refused, timedOut, runtime.now() - start] as const;
    });
  });

  expect(full).toBeInstanceOf(McpOverloadedError);
  expect(full).toMatchObject({ code: "MCP_OVERLOADED", kind: "overloaded", mayHaveRun: false, queue: 1, inFlight: 1 });
  expect(full).toMatchObject({
    message: 'calling tool "hold" of shop: the queue is full, with 1 calls in flight and 1 waiting; it did not run',
  });
  expect(late).toMatchObject({ code: "MCP_OVERLOADED", mayHaveRun: false, queue: 0, inFlight: 1 });
  expect((late as Error).message).toContain("no place within 500 ms");
  expect(waited).toBe(500);
  expect(begun).toEqual(["first"]);
});

test(covers("MF-3"), async () => {
  const { tools, begun, go } = holding();
  await using server = await openFaultyHttpServer({ tools });
  await using connection = await openMcpConnection({ url: server.url, maxInFlight: 1 });
  const controller = new AbortController();
  const call = (text: string, options?: McpCallOptions): Promise<unknown> =>
    connection.callTool("hold", { text }, options).catch(failure);
  const first = call("first");
  await server.waitUntil(({ inFlight }) => inFlight === 1);

  const bySignal = call("by signal", { signal: controller.signal });
  const byScope = moveOnAfter(1, () => call("by scope"));
  const last = call("last");
  await byScope;
  controller.abort("enough");

  expect(await bySignal).toBe("enough");
  expect(connection.statistics()).toMatchObject({ callsInFlight: 1, callsQueued: 1 });
  go.set();
  await Promise.all([first, last]);
  expect(begun).toEqual(["first", "last"]);
  expect(server.counts().cancels).toBe(0);
});

test.each(["before", "after"])(
  "a place that comes free right %s its call is cancelled goes to the next",
  async (when) => {
    const gate = new CallGate({ maxInFlight: 1, maxQueue: 9, queueTimeout: null });
    const record = { attempted: "calling", sent: false };
    const controller = new AbortController();
    const { signal } = controller;
    const answer = Promise.withResolvers<void>();
    const first = gate.pass(record, undefined, async () => {
      await answer.promise;
      if (when === "after") controller.abort("enough");
    });
    if (when === "before") void first.then(() => controller.abort("enough"));
    const cancelled = gate.pass(record, signal, () => Promise.reject(signal.reason)).catch(failure);
    const last = gate.pass(record, undefined, () => Promise.resolve("in"));

    answer.resolve();

    expect(await cancelled).toBe("enough");
    expect(await last).toBe("in");
    expect(gate.queued).toBe(0);
  },
);

test("a place is given back however the call ends", async () => {
  const faults = [{ fault: "http-500" }, { fault: "reset-before-headers" }, { fault: "hang" }] as const;
  await using server = await openFaultyHttpServer({ faults });
  await using connection = await openMcpConnection({ url: server.url, maxInFlight: 1, callTimeout: 200 });

  const echo = (): Promise<unknown> => connection.callTool("echo", { text: "a" }, { timeout: null }).catch(failure);
  const outcomes = await gather([echo, echo]);
  const hung = await connection.callTool("echo").catch(failure);
  const result = await echo();

  expect(outcomes).toMatchObject([{ code: "MCP_PROTOCOL" }, { code: "MCP_CONNECTION_LOST" }]);
  expect(hung).toMatchObject({ code: "MCP_CALL_TIMEOUT" });
  expect(result).toMatchObject({ content: [{ text: "a" }] });
});

test("calls that queue when the connection is closed did not run", async () => {
  const { tools, begun } = holding();
  await using server = await openFaultyHttpServer({ tools });
  const connection = await openMcpConnection({ url: server.url, maxInFlight: 1 });
  const first = connection.callTool("hold", { text: "first" }).catch(failure);
  await server.waitUntil(({ inFlight }) => inFlight === 1);
  const second = connection.callTool("hold", { text: "second" }).catch(failure);
  await expect.poll(() => connection.statistics().callsQueued, soon).toBe(1);

  await connection.close();

  expect(await first).toMatchObject({ code: "MCP_CLOSED", mayHaveRun: true });
  expect(await second).toMatchObject({ code: "MCP_CLOSED", mayHaveRun: false });
  expect(begun).toEqual(["first"]);
});

const url = "http://127.0.0.1:1/mcp";

test.each([
  [{ maxInFlight: 0 }, RangeError, "maxInFlight is a whole number from 1 up or Infinity, and 0 is not"],
  [{ maxQueue: 1.5 }, RangeError, "maxQueue is a whole number from 0 up or Infinity, and 1.5 is not"],
  [{ queueTimeout: -1 }, RangeError, "queueTimeout is a number of milliseconds from 0 up, and -1 is not"],
  [
    { reconnect: { delay: 1 } },
    TypeError,
    'reconnect has no "delay"; it has initial, factor, max, jitter and maxAttempts',
  ],
  [{ reconnect: { maxAttempts: 0 } }, RangeError, "maxAttempts is a whole number from 1 up or Infinity, and 0 is not"],
  [{ replay: "always" }, TypeError, 'replay is "never", "unsent" or "idempotent", and "always" is none of them'],
])("refuses %j", async (options, type, message) => {
  const opening = openMcpConnection({ url, lazy: true, ...options } as McpConnectionOptions);

  await expect(opening).rejects.toThrow(type);
  await expect(opening).rejects.toThrow(message);
});

test("takes Infinity for no limit", async () => {
  const options = { url, lazy: true, maxInFlight: Infinity, maxQueue: Infinity, queueTimeout: Infinity };

  await using connection = await openMcpConnection(options);

  expect(connection.statistics()).toMatchObject({ callsQueued: 0 });
});
