import { Client } from "@modelcontextprotocol/client";
import { sleep } from "@holdfast/concurrency";
import { runVirtually } from "@holdfast/concurrency/testing";
import { expect, test } from "vitest";
import { covers } from "../../../../spec/covers.ts";
import { openMcpConnection } from "../../src/index.ts";
import { createFaultyServer, openFaultyHttpServer } from "../../src/testing/index.ts";

test(covers("MT-4"), async () => {
  const hour = 3_600_000;

  let server = createFaultyServer();
  const elapsed = await runVirtually(async (runtime) => {
    const tools = { nap: () => sleep(hour).then(() => "rested") };
    server = createFaultyServer({ runtime, tools, faults: [{ fault: "slow-answer", delay: hour }] });
    await using connection = await openMcpConnection({ open: () => server.connect(), callTimeout: null });
    await connection.callTool("nap");
    server.inject({ fault: "hang" });
    await connection.callTool("nap", {}, { timeout: hour * 2 }).catch(() => {});
    return runtime.now();
  });

  expect(elapsed).toBe(4 * hour);
  expect(server.counts()).toMatchObject({ executed: { nap: 2 }, cancels: 1, inFlight: 0, sessionsOpen: 0 });
});

test("the tool of a cancelled call is cancelled, and the counts say that nothing is in flight", async () => {
  const counts = await runVirtually(async (runtime) => {
    const server = createFaultyServer({ runtime, tools: { wait: () => sleep(Infinity) } });
    await using connection = await openMcpConnection({ open: () => server.connect() });
    await connection.callTool("wait", {}, { timeout: 10 }).catch(() => {});
    await sleep(1);
    return server.counts();
  });

  expect(counts).toMatchObject({ cancels: 1, inFlight: 0, executed: { wait: 1 } });
});

test.each([
  ["session-forgotten", 404],
  ["session-gone", 410],
] as const)(
  "%s is an error of send() with the status %i, and the session is gone from then on",
  async (fault, status) => {
    const server = createFaultyServer({ faults: [{ fault }] });
    const transport = server.connect();
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } };
    const call = { jsonrpc: "2.0" as const, id: 2, method: "tools/call", params: { name: "echo" } };
    await transport.send({ jsonrpc: "2.0", id: 1, method: "initialize", params });

    await expect(transport.send(call)).rejects.toMatchObject({ status });
    await expect(transport.send(call)).rejects.toMatchObject({ status: 404 });
    expect(server.counts()).toMatchObject({ sessionsOpen: 0, executed: {} });
  },
);

test("a late answer comes when the tool has ended, though it was cancelled long before", async () => {
  const heard = await runVirtually(async (runtime) => {
    const tools = { nap: () => sleep(100).then(() => "rested") };
    const server = createFaultyServer({ runtime, tools, faults: [{ fault: "late-answer" }] });
    const messages: unknown[] = [];
    const transport = server.connect();
    Object.assign(transport, { onmessage: (message: unknown) => messages.push(message) });
    await transport.send({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "nap" } });
    await sleep(1);
    await transport.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } });
    await sleep(1_000);
    await transport.close();
    return messages;
  });

  expect(heard).toEqual([{ jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text: "rested" }] } }]);
});

test("a tool's string is its text, its object its structured content, its error a result that says so", async () => {
  const server = createFaultyServer({
    tools: {
      text: () => "a",
      object: () => ({ a: 1 }),
      nothing: () => {},
      fails: () => {
        throw new Error("the disk is full");
      },
    },
  });
  await using connection = await openMcpConnection({ open: () => server.connect() });

  const results = await Promise.all(["text", "object", "nothing", "fails"].map((name) => connection.callTool(name)));

  expect(results).toEqual([
    { content: [{ type: "text", text: "a" }] },
    { content: [{ type: "text", text: '{"a":1}' }], structuredContent: { a: 1 } },
    { content: [] },
    { content: [{ type: "text", text: "the disk is full" }], isError: true },
  ]);
});

test("a tool that does not heed its cancellation holds up neither the connection nor the server", async () => {
  await using server = await openFaultyHttpServer({ tools: { wait: () => new Promise<void>(() => {}) } });
  await using connection = await openMcpConnection({ url: server.url });
  const call = connection.callTool("wait").catch((error: unknown) => error);
  await server.waitUntil(({ executed }) => executed["wait"] === 1);

  server.restart();
  const reached = await connection.callTool("wait", {}, { timeout: 100 }).catch((error: unknown) => error);

  expect(await call).toMatchObject({ code: "MCP_CONNECTION_LOST" });
  // It may have taken an idle socket in the moment in which the server let go of it.
  expect(reached).toMatchObject({ code: expect.stringMatching(/^MCP_(?:CALL_TIMEOUT|CONNECTION_LOST)$/) as string });
});

test("the list says of a tool what it was given, and no more", async () => {
  const inputSchema = { type: "object" as const, required: ["a"] };
  const server = createFaultyServer({
    tools: { plain: () => "a", described: { run: () => "b", description: "says b", inputSchema } },
  });
  await using connection = await openMcpConnection({ open: () => server.connect() });

  expect(await connection.listTools()).toEqual([
    { name: "plain", inputSchema: { type: "object" } },
    { name: "described", inputSchema, description: "says b" },
  ]);
});

test("a tool that is not there, and a method that is not, are refused", async () => {
  const server = createFaultyServer();
  await using connection = await openMcpConnection({ open: () => server.connect() });
  const client = new Client({ name: "raw", version: "1" });
  await client.connect(server.connect());

  await expect(connection.callTool("toString")).rejects.toMatchObject({ rpcCode: -32_602 });
  await expect(
    client.complete({ ref: { type: "ref/prompt", name: "a" }, argument: { name: "a", value: "" } }),
  ).rejects.toBeDefined();
  await client.close();
});

test("a restart closes every connection, and a new one sees the new epoch", async () => {
  const server = createFaultyServer({
    tools: { epoch: (_args, { epoch }) => String(epoch) },
    versions: ["2025-11-25"],
  });
  await using one = await openMcpConnection({ open: () => server.connect() });
  await using other = await openMcpConnection({ open: () => server.connect() });
  server.inject({ fault: "server-restarted" });

  const lost = await one.callTool("epoch").catch((error: unknown) => error);
  const answers = await Promise.all([one, other].map((connection) => connection.callTool("epoch")));

  expect(lost).toMatchObject({ code: "MCP_CONNECTION_LOST" });
  expect(answers).toMatchObject([{ content: [{ text: "2" }] }, { content: [{ text: "2" }] }]);
  expect(server.counts()).toMatchObject({ initializes: 4, sessionsOpen: 2 });
});

test("what a client sends is a copy, so that neither side can change what the other holds", async () => {
  const held: unknown[] = [];
  const server = createFaultyServer({
    tools: {
      keep: (args) => {
        held.push(args["list"]);
        return { kept: args["list"] as object };
      },
    },
  });
  await using connection = await openMcpConnection({ open: () => server.connect() });
  const list = [1];

  const { structuredContent } = await connection.callTool("keep", { list });
  list.push(2);

  expect([held, structuredContent]).toEqual([[[1]], { kept: [1] }]);
});

test("the versions that a server speaks can be chosen", async () => {
  const server = createFaultyServer({ versions: ["2025-03-26"] });
  const client = new Client({ name: "raw", version: "1" });

  await client.connect(server.connect());

  expect(client.getNegotiatedProtocolVersion()).toBe("2025-03-26");
  await client.close();
});

test("waitUntil goes on when the counts are as wanted", async () => {
  const order = await runVirtually(async (runtime) => {
    const server = createFaultyServer({ runtime });
    await using connection = await openMcpConnection({ open: () => server.connect() });
    const seen: string[] = [];
    const waiting = server.waitUntil(({ executed }) => executed["echo"] === 2).then(() => seen.push("twice"));
    await connection.callTool("echo", { text: "a" });
    seen.push("once");
    await connection.callTool("echo", { text: "b" });
    await waiting;
    return seen;
  });

  expect(order).toEqual(["once", "twice"]);
});
