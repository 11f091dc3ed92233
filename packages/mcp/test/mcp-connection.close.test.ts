import type { CallToolResult } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { openMcpConnection } from "../src/index.ts";
import { handshake, HttpTestServer } from "./fixtures/http-server.ts";
import { soon } from "./fixtures/soon.ts";

function textOf({ content }: CallToolResult): string {
  return content.map((block) => (block.type === "text" ? block.text : block.type)).join();
}

const texts = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

test("close() tells the calls under way, ends the session once, and leaves nothing in the ledger", async () => {
  await using server = await HttpTestServer.start();
  const connection = await openMcpConnection({ url: server.url });
  const call = connection.callTool("hold").catch((error: unknown) => error);
  await expect.poll(() => server.probe.begun, soon).toEqual(["hold"]);

  await Promise.all([connection.close(), connection.close()]);
  await connection.close();

  expect(await call).toMatchObject({ code: "MCP_CLOSED", kind: "closed", mayHaveRun: true });
  expect(server.count("DELETE")).toBe(1);
  expect(server.sessions.size).toBe(0);
  expect(connection.statistics()).toEqual({
    state: "closed",
    generation: 1,
    leases: 0,
    waiting: 0,
    failures: [],
    abandoned: 0,
    callsInFlight: 0,
    callsQueued: 0,
  });
});

test("a call while it closes, and after, rejects with MCP_CLOSED and was not sent", async () => {
  await using server = await HttpTestServer.start();
  const connection = await openMcpConnection({ url: server.url, name: "shop" });

  const closing = connection.close();
  const during = connection.callTool("echo");

  await expect(during).rejects.toMatchObject({ code: "MCP_CLOSED", mayHaveRun: false });
  await closing;
  await expect(connection.callTool("echo")).rejects.toThrow(
    'calling tool "echo" of shop: the connection was closed; it did not run',
  );
  expect(server.count("tools/call")).toBe(0);
});

test("close() during the opening tells those who wait", async () => {
  await using server = await HttpTestServer.start(() => {});
  const connection = await openMcpConnection({ url: server.url, lazy: true });
  const call = connection.callTool("echo").catch((error: unknown) => error);
  await expect.poll(() => server.count("initialize"), soon).toBe(1);

  await connection.close();

  expect(await call).toMatchObject({ code: "MCP_CLOSED", mayHaveRun: false });
  await expect.poll(() => server.sockets.size, soon).toBe(0);
});

test("a session that the server has forgotten by then is as good as ended, and a refusal to end it is on record", async () => {
  await using server = await HttpTestServer.start();
  const [forgotten, refused] = [
    await openMcpConnection({ url: server.url }),
    await openMcpConnection({ url: server.url }),
  ];
  await server.forgetSessions();

  await forgotten.close();
  server.handle((_request, response) => response.writeHead(500).end());
  await refused.close();

  expect(forgotten.statistics()).toMatchObject({ state: "closed", failures: [] });
  expect(refused.statistics()).toMatchObject({ state: "closed", failures: [{ status: 500 }] });
});

test("a server that does not answer the end of its session holds up close() no longer than closeTimeout", async () => {
  await using server = await HttpTestServer.start(handshake(() => {}));
  const connection = await openMcpConnection({ url: server.url, closeTimeout: 40 });

  await connection.close();

  const { state, failures } = connection.statistics();
  expect(state).toBe("closed");
  expect(failures).toEqual([expect.objectContaining({ code: "SCOPE_TIMEOUT" })]);
});

// The idle sockets of the global fetch live for four more seconds.
test("after close() no socket is left", async () => {
  await using server = await HttpTestServer.start();
  const connection = await openMcpConnection({ url: server.url });
  await Promise.all(texts.map((text) => connection.callTool("echo", { text })));

  await connection.close();

  await expect.poll(() => server.sockets.size, soon).toBe(0);
});

test("drain() refuses new calls, waits for those under way, then closes", async () => {
  await using server = await HttpTestServer.start();
  const connection = await openMcpConnection({ url: server.url });
  const call = connection.callTool("hold");
  await expect.poll(() => server.probe.begun, soon).toEqual(["hold"]);

  const draining = connection.drain();
  const late = connection.callTool("echo").catch((error: unknown) => error);
  expect(await late).toMatchObject({ code: "MCP_CLOSED", mayHaveRun: false });
  expect(connection.statistics()).toMatchObject({ state: "ready", callsInFlight: 1 });
  server.probe.release();

  expect(textOf(await call)).toBe("held");
  expect(await draining).toEqual({ drained: true, lost: 0 });
  expect(server.count("DELETE")).toBe(1);
});

test("drain() cuts off what takes longer than its limit", async () => {
  await using server = await HttpTestServer.start();
  const connection = await openMcpConnection({ url: server.url });
  const call = connection.callTool("hold").catch((error: unknown) => error);
  await expect.poll(() => server.probe.begun, soon).toEqual(["hold"]);

  const report = await connection.drain(10);

  expect(report).toEqual({ drained: false, lost: 1 });
  expect(await call).toMatchObject({ code: "MCP_CLOSED", mayHaveRun: true });
});

test("a lease keeps to one generation, and drain() waits for it", async () => {
  await using server = await HttpTestServer.start();
  const connection = await openMcpConnection({ url: server.url });
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();

  const borrowing = connection.withLease(async (lease) => {
    await gate;
    const [result, tools] = [await lease.callTool("echo", { text: "mine" }), await lease.listTools()];
    return [lease.generation, lease.lost.aborted, textOf(result), tools.length > 0];
  });
  await expect.poll(() => connection.statistics().leases, soon).toBe(1);
  const draining = connection.drain();
  open();

  expect(await borrowing).toEqual([1, false, "mine", true]);
  expect(await draining).toEqual({ drained: true, lost: 0 });
});

test("a lease that is kept beyond its callback cannot be used", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });

  const kept = await connection.withLease((lease) => lease);

  await expect(kept.callTool("echo")).rejects.toMatchObject({ code: "RESOURCE_CLOSED" });
});
