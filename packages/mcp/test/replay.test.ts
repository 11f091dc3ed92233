import type { Transport } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { type OpenContext, openMcpConnection } from "../src/index.ts";
import { createFaultyServer, type McpFaultScript, openFaultyHttpServer } from "../src/testing/index.ts";
import { beginEvents } from "./fixtures/answers.ts";
import { handshake, HttpTestServer } from "./fixtures/http-server.ts";
import { soon } from "./fixtures/soon.ts";
import { oddServer, textOf } from "./fixtures/stdio.ts";

const failure = (error: unknown): unknown => error;

/** A tool that says of itself what `hints` are at the time. */
function hinted(hints: () => object): { read: { run: () => string; readonly annotations: object } } {
  return {
    read: {
      run: () => "read",
      get annotations() {
        return hints();
      },
    },
  };
}

const unreachable = (): Error =>
  Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED", syscall: "connect" });

/** A transport that reaches its server for everything but the first `tries` calls. */
function refusing(transport: Transport, tries: { left: number; made: number }): Transport {
  const send = transport.send.bind(transport);
  return Object.assign(transport, {
    send: (...args: Parameters<Transport["send"]>) => {
      if (!("method" in args[0]) || args[0].method !== "tools/call") return send(...args);
      tries.made += 1;
      if (tries.left <= 0) return send(...args);
      tries.left -= 1;
      return Promise.reject(unreachable());
    },
  });
}

test(`${covers("MF-5")} (a process that dies before it has read the call)`, async () => {
  await using connection = await openMcpConnection({ ...oddServer, callTimeout: null });
  const pid = Number(textOf(await connection.callTool("pid")));
  await connection.callTool("stopReading");
  const text = "x".repeat(4_000_000);

  const calls = range(3).map(() => connection.callTool("length", { text }).catch(failure));
  await expect.poll(() => connection.statistics().callsInFlight, soon).toBe(3);
  process.kill(pid, "SIGKILL");
  const [first, ...others] = await Promise.all(calls);
  const received = textOf(await connection.callTool("received"));

  expect(first).toMatchObject({ code: "MCP_CONNECTION_LOST", kind: "outcome-unknown" });
  expect(others).toMatchObject(range(2).map(() => ({ content: [{ text: "4000000" }] })));
  expect(received.split(",").filter((call) => call.startsWith("length"))).toHaveLength(2);
  expect(connection.statistics().generation).toBe(2);
});

test.each([
  [1, "result"],
  [2, "unsent"],
])(`${covers("MF-5")} (%i refused connections: %s)`, async (left, outcome) => {
  const server = createFaultyServer();
  const tries = { left, made: 0 };
  await using connection = await openMcpConnection({ open: () => refusing(server.connect(), tries) });

  const kind = await connection.callTool("echo", { text: "a" }).then(
    () => "result",
    ({ kind: found }: { kind: string }) => found,
  );

  expect(kind).toBe(outcome);
  expect(tries.made).toBe(2);
  expect(server.counts().executed).toEqual(outcome === "result" ? { echo: 1 } : {});
});

test(covers("MF-6"), async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url, replay: "never" });

  await server.forgetSessions();
  const never = await connection.callTool("echo").catch(failure);
  const tries = server.count("tools/call");
  await connection.callTool("echo");
  await server.forgetSessions();
  const unsent = await connection.callTool("echo", { text: "a" }, { replay: "unsent" });

  expect(never).toMatchObject({ code: "MCP_SESSION_EXPIRED", mayHaveRun: false });
  expect(tries).toBe(1);
  expect(textOf(unsent)).toBe("a");
  expect(server.count("tools/call")).toBe(4);
  expect(server.probe.begun).toHaveLength(2);
});

test.each(["never", "unsent"] as const)(`${covers("MF-7")} (%s)`, async (replay) => {
  const tools = hinted(() => ({ readOnlyHint: true, idempotentHint: true }));
  await using server = await openFaultyHttpServer({ tools, faults: [{ fault: "reset-before-headers" }] });
  await using connection = await openMcpConnection({ url: server.url, replay });
  await connection.listTools();

  const call = connection.callTool("read");

  await expect(call).rejects.toMatchObject({ code: "MCP_CONNECTION_LOST", mayHaveRun: true });
  expect(server.counts().executed).toEqual({ read: 1 });
});

test(`${covers("MF-7")} (a stream that could not be resumed, because the server has gone)`, async () => {
  await using server = await HttpTestServer.start();
  server.handle(
    handshake((_request, response) => {
      beginEvents(response).write("id: 1\nretry: 1\ndata:\n\n", () => void server.pause());
    }),
  );
  await using connection = await openMcpConnection({ url: server.url, callTimeout: null });

  const call = connection.callTool("echo");

  await expect(call).rejects.toMatchObject({ code: "MCP_CONNECTION_LOST", kind: "outcome-unknown" });
  expect(server.count("tools/call")).toBe(1);
});

test.each<[string, McpFaultScript["fault"], object]>([
  ["a broken connection", "reset-before-headers", { readOnlyHint: true }],
  ["an answer that was cut off", "sse-reset", { idempotentHint: true }],
  ["a restart of the server", "server-restarted", { idempotentHint: true }],
])(`${covers("MF-8")} (%s)`, async (_what, fault, hints) => {
  await using server = await openFaultyHttpServer({ tools: hinted(() => hints), faults: [{ fault, tool: "read" }] });
  await using connection = await openMcpConnection({ url: server.url, replay: "idempotent", protocol: "legacy" });

  const { content } = await connection.callTool("read");

  expect(content).toEqual([{ type: "text", text: "read" }]);
  expect(server.counts()).toMatchObject({ executed: { read: 2 }, executedTwice: [] });
});

test(`${covers("MF-8")} (once)`, async () => {
  const tools = hinted(() => ({ idempotentHint: true }));
  await using server = await openFaultyHttpServer({ tools, faults: [{ fault: "reset-before-headers", times: 5 }] });
  await using connection = await openMcpConnection({ url: server.url });

  const call = connection.callTool("read", {}, { replay: "idempotent" });

  await expect(call).rejects.toMatchObject({ code: "MCP_CONNECTION_LOST", mayHaveRun: true });
  expect(server.counts().executed).toEqual({ read: 2 });
});

test.each([
  ["has no hints", {}, {}, true],
  ["is listed otherwise by now", { idempotentHint: true }, { idempotentHint: false }, true],
  ["was listed otherwise before", { idempotentHint: false }, { idempotentHint: true }, true],
  ["is destructive when asked for the first time", {}, { destructiveHint: true }, false],
])(`${covers("MF-8")} (not when the tool %s)`, async (_what, before, after, isListed) => {
  let hints: object = before;
  await using server = await openFaultyHttpServer({ tools: hinted(() => hints) });
  await using connection = await openMcpConnection({ url: server.url, replay: "idempotent", protocol: "legacy" });
  if (isListed) await connection.listTools();
  hints = after;
  server.inject({ fault: "reset-before-headers", tool: "read" });

  const call = connection.callTool("read");

  await expect(call).rejects.toMatchObject({ code: "MCP_CONNECTION_LOST", mayHaveRun: true });
  expect(server.counts().executed).toEqual({ read: 1 });
});

test("a request that calls no tool is not repeated either when it may have run", async () => {
  await using server = await openFaultyHttpServer({ faults: [{ fault: "reset-before-headers", on: "tools/list" }] });
  await using connection = await openMcpConnection({ url: server.url, replay: "idempotent" });

  await expect(connection.listTools()).rejects.toMatchObject({ code: "MCP_CONNECTION_LOST", mayHaveRun: true });
  expect(server.counts().received.filter((method) => method === "tools/list")).toHaveLength(1);
});

test.each<McpFaultScript>([
  { fault: "hang", times: 2 },
  { fault: "http-500" },
  { fault: "malformed-json" },
  { fault: "http-429" },
])("no other failure than the loss of the connection repeats an idempotent call: $fault", async (script) => {
  const tools = hinted(() => ({ idempotentHint: true }));
  await using server = await openFaultyHttpServer({ tools, answers: "json", faults: [script] });
  await using connection = await openMcpConnection({ url: server.url, replay: "idempotent", callTimeout: 300 });

  await connection.callTool("read").catch(failure);

  expect(server.counts().received.filter((method) => method === "tools/call")).toHaveLength(1);
});

test.each<[string, McpFaultScript, string]>([
  ["its tools cannot be listed", { fault: "http-500", on: "tools/list" }, "MCP_CONNECTION_LOST"],
  ["its tools are not listed in time", { fault: "hang", on: "tools/list" }, "MCP_CALL_TIMEOUT"],
  ["the server refuses it the second time", { fault: "http-401", tool: "read", after: 1 }, "MCP_CONNECTION_LOST"],
  ["the server fails the second time", { fault: "http-500", tool: "read" }, "MCP_PROTOCOL"],
])(`${covers("MF-9")} (%s)`, async (_what, script, code) => {
  const tools = hinted(() => ({ idempotentHint: true }));
  const faults = [{ fault: "reset-before-headers", tool: "read" } as const, script];
  await using server = await openFaultyHttpServer({ tools, faults });
  await using connection = await openMcpConnection({ url: server.url, replay: "idempotent", callTimeout: 1_000 });

  const call = connection.callTool("read");

  await expect(call).rejects.toMatchObject({ code, mayHaveRun: true });
});

test(`${covers("MF-9")} (no new connection)`, async () => {
  const tools = hinted(() => ({ idempotentHint: true }));
  const server = createFaultyServer({ tools, faults: [{ fault: "server-restarted" }] });
  const open = ({ generation }: OpenContext): Transport => {
    if (generation > 1) throw new Error("there is no second");
    return server.connect();
  };
  await using connection = await openMcpConnection({ open, replay: "idempotent" });

  const call = connection.callTool("read");

  await expect(call).rejects.toMatchObject({ code: "MCP_CONNECTION_LOST", mayHaveRun: true });
});

test(`${covers("MF-9")} (no new connection in time)`, async () => {
  const tools = hinted(() => ({ idempotentHint: true }));
  const server = createFaultyServer({ tools, faults: [{ fault: "server-restarted" }] });
  const open = ({ generation }: OpenContext): Transport | Promise<Transport> =>
    generation > 1 ? new Promise(() => {}) : server.connect();
  const limits = { callTimeout: 200, connectTimeout: 1_000 };
  await using connection = await openMcpConnection({ open, replay: "idempotent", ...limits });

  const call = connection.callTool("read");

  await expect(call).rejects.toMatchObject({ code: "MCP_CALL_TIMEOUT", mayHaveRun: true });
});

test(`${covers("MF-10")} (nobody relies on it)`, async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  await server.pause();

  const calls = await Promise.all(range(5).map(() => connection.callTool("echo").catch(failure)));
  await server.resume();
  await connection.callTool("echo", { text: "b" });

  expect(calls).toMatchObject(range(5).map(() => ({ code: "MCP_OPEN_FAILED" })));
  // One that failed served all five.
  expect(connection.statistics().generation).toBe(3);
  expect(server.count("tools/call")).toBe(1);
});

test(`${covers("MF-10")} (an answer is to come)`, async () => {
  const server = createFaultyServer({ faults: [{ fault: "slow-answer", delay: 100, tool: "echo" }] });
  const tries = { left: 0, made: 0 };
  await using connection = await openMcpConnection({ open: () => refusing(server.connect(), tries) });
  const slow = connection.callTool("echo", { text: "slow" });
  await server.waitUntil(({ inFlight }) => inFlight === 1);
  tries.left = 2;

  const refused = await connection.callTool("echo").catch(failure);

  expect(refused).toMatchObject({ code: "MCP_CONNECTION_LOST", kind: "unsent" });
  expect((await slow).content).toEqual([{ type: "text", text: "slow" }]);
  expect(connection.statistics().generation).toBe(1);
});

test(`${covers("MF-10")} (somebody holds a lease)`, async () => {
  const server = createFaultyServer();
  const tries = { left: 2, made: 0 };
  await using connection = await openMcpConnection({ open: () => refusing(server.connect(), tries) });

  await connection.withLease(async (lease) => {
    const refused = await lease.callTool("echo").catch(failure);
    expect(refused).toMatchObject({ code: "MCP_CONNECTION_LOST", kind: "unsent" });
    expect(tries.made).toBe(1);
    await connection.callTool("echo").catch(failure);
    expect(lease.lost.aborted).toBe(false);
  });
  tries.left = 1;
  await connection.callTool("echo");

  expect(connection.statistics().generation).toBe(2);
});

test(`${covers("MF-11")} (until the server is back)`, async () => {
  await using server = await HttpTestServer.start();
  const reconnect = { initial: 1, max: 5, maxAttempts: Infinity };
  await using connection = await openMcpConnection({ url: server.url, reconnect });
  await server.pause();

  const call = connection.callTool("echo", { text: "a" });
  await expect.poll(() => connection.statistics().failures.length, soon).toBeGreaterThan(2);
  await server.resume();

  expect(textOf(await call)).toBe("a");
  expect(server.count("tools/call")).toBe(1);
});

test(`${covers("MF-11")} (a number of times)`, async () => {
  const reconnect = { initial: 1, maxAttempts: 3 };
  await using connection = await openMcpConnection({ command: "no-such-server", lazy: true, reconnect });

  const calls = range(2).map(() => connection.callTool("echo").catch(failure));

  expect(await Promise.all(calls)).toMatchObject(range(2).map(() => ({ code: "MCP_OPEN_FAILED" })));
  expect(connection.statistics().failures).toHaveLength(3);
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
