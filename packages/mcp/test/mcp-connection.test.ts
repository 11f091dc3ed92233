import { getEventListeners } from "node:events";
import { CancelScope, gather, moveOnAfter, run, taskGroup } from "@holdfast/concurrency";
import type { CallToolResult } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { openMcpConnection } from "../src/index.ts";
import { HttpTestServer } from "./fixtures/http-server.ts";
import { soon } from "./fixtures/soon.ts";

function textOf({ content }: CallToolResult): string {
  return content.map((block) => (block.type === "text" ? block.text : block.type)).join();
}

const texts = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

test("first uses at the same time make one initialize, and each gets its own answer", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url, lazy: true });

  const results = await Promise.all(texts.map((text) => connection.callTool("echo", { text })));

  expect(results.map(textOf)).toEqual(texts);
  expect(server.count("initialize")).toBe(1);
});

test("children of gather, promises outside every task and several root tasks share one session", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await run(() => openMcpConnection({ url: server.url }));
  const echo = async (text: string): Promise<string> => textOf(await connection.callTool("echo", { text }));

  const results = await Promise.all([
    run(() => gather([() => echo("a"), () => echo("b")])),
    run(() => Promise.all([echo("c"), echo("d")])),
    run(() => echo("e")),
    echo("f"),
  ]);

  expect(results.flat()).toEqual(["a", "b", "c", "d", "e", "f"]);
  expect(server.count("initialize")).toBe(1);
});

test("outlives the task that opened it", async () => {
  await using server = await HttpTestServer.start();
  const scope = new CancelScope();
  await using connection = await openMcpConnection({ url: server.url, lazy: true });

  await scope.run(async () => {
    await connection.callTool("echo", { text: "first" });
    scope.cancel();
  });
  const result = await connection.callTool("echo", { text: "second" });

  expect(textOf(result)).toBe("second");
  expect(connection.statistics().generation).toBe(1);
});

test("gives what a tool says of its failure as a result", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });

  const result = await connection.callTool("fail");

  expect(result).toEqual({ content: [{ type: "text", text: "the disk is full" }], isError: true });
});

test("a call of a tool that does not exist rejects with MCP_PROTOCOL, and its neighbours go on", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url, name: "shop" });

  const [unknown, neighbour] = await Promise.allSettled([
    connection.callTool("nope"),
    connection.callTool("echo", { text: "here" }),
  ]);

  expect(unknown).toMatchObject({
    reason: {
      code: "MCP_PROTOCOL",
      kind: "protocol",
      rpcCode: -32_602,
      message: 'calling tool "nope" of shop: the server answered with error -32602: "Tool nope not found"',
    },
  });
  expect(neighbour).toMatchObject({ value: { content: [{ text: "here" }] } });
  expect(connection.statistics().generation).toBe(1);
});

test("an aborted call rejects with the reason of its signal, the server is told, and its neighbours go on", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  const controller = new AbortController();
  const aborted = connection.callTool("hold", {}, { signal: controller.signal });
  const neighbour = connection.callTool("hold");
  await expect.poll(() => server.probe.begun, soon).toEqual(["hold", "hold"]);

  controller.abort("enough");

  await expect(aborted).rejects.toBe("enough");
  await expect.poll(() => server.probe.aborted, soon).toEqual(["hold"]);
  server.probe.release();
  expect(textOf(await neighbour)).toBe("held");
});

test("a call with a signal that is aborted already sends nothing", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });

  const signal = AbortSignal.abort("too late");

  const call = connection.callTool("echo", {}, { signal });
  const leased = connection.withLease((lease) => lease.callTool("echo", {}, { signal }));

  // Together: either may be the first to end.
  await Promise.all([expect(call).rejects.toBe("too late"), expect(leased).rejects.toBe("too late")]);
  expect(server.count("tools/call")).toBe(0);
});

test("calls that share a signal put no listeners on it", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  const { signal } = new AbortController();

  const calls = texts.map(() => connection.callTool("hold", {}, { signal }));
  await expect.poll(() => server.probe.begun.length, soon).toBe(texts.length);

  expect(getEventListeners(signal, "abort")).toEqual([]);
  server.probe.release();
  await Promise.all(calls);
});

test("cancelled calls leave no stream and no lease behind", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  const controller = new AbortController();
  const { signal } = controller;
  const calls = texts.map(() => connection.callTool("hold", {}, { signal }));
  await expect.poll(() => server.probe.begun.length, soon).toBe(texts.length);
  const before = server.sockets.size;

  controller.abort();
  await Promise.allSettled(calls);

  await expect.poll(() => server.count("notifications/cancelled"), soon).toBe(texts.length);
  // Of the streams none is left; what is left serves the stream of notifications and the cancellations themselves.
  await expect.poll(() => server.streams, soon).toBe(1);
  expect(before).toBeGreaterThan(texts.length);
  expect(connection.statistics()).toMatchObject({ leases: 0, callsInFlight: 0 });
});

test("a cancelled scope cancels its calls on the server, and a neighbour in another task goes on", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  const scope = new CancelScope();
  const cancelled = run(() => scope.run(() => connection.callTool("hold")));
  const neighbour = run(() => connection.callTool("hold"));
  await expect.poll(() => server.probe.begun, soon).toEqual(["hold", "hold"]);

  scope.cancel();

  expect(await cancelled).toBeUndefined();
  await expect.poll(() => server.probe.aborted, soon).toEqual(["hold"]);
  server.probe.release();
  expect(textOf(await neighbour)).toBe("held");
});

test("a failing child of a group cancels the calls of its siblings", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });

  const group = run(() =>
    taskGroup(async (tasks) => {
      tasks.startSoon(() => connection.callTool("hold"));
      await expect.poll(() => server.probe.begun, soon).toEqual(["hold"]);
      throw new Error("sibling");
    }),
  );

  await expect(group).rejects.toThrow("sibling");
  await expect.poll(() => server.probe.aborted, soon).toEqual(["hold"]);
});

test("a call that takes too long rejects with MCP_CALL_TIMEOUT, and the server is told", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url, name: "shop", callTimeout: 300 });

  const call = connection.callTool("hold");

  await expect(call).rejects.toMatchObject({
    code: "MCP_CALL_TIMEOUT",
    kind: "timeout",
    timeout: 300,
    mayHaveRun: true,
    message: 'calling tool "hold" of shop: no answer within 300 ms',
  });
  await expect.poll(() => server.probe.aborted, soon).toEqual(["hold"]);
});

test("a call that waits too long for the connection says that it did not run", async () => {
  await using server = await HttpTestServer.start(() => {});
  await using connection = await openMcpConnection({ url: server.url, lazy: true });

  const call = connection.callTool("echo", {}, { timeout: 20 });

  await expect(call).rejects.toMatchObject({ code: "MCP_CALL_TIMEOUT", mayHaveRun: false });
});

test("a limit of its own counts for a call more than that of the connection", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url, callTimeout: 0 });

  const [limited, unlimited] = await Promise.allSettled([
    connection.callTool("echo", { text: "a" }),
    connection.callTool("echo", { text: "b" }, { timeout: null }),
  ]);

  expect(limited).toMatchObject({ reason: { code: "MCP_CALL_TIMEOUT" } });
  expect(unlimited).toMatchObject({ status: "fulfilled" });
});

test("one caller that leaves during the opening leaves the others waiting", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url, lazy: true });
  const controller = new AbortController();

  const leaving = connection.callTool("echo", { text: "a" }, { signal: controller.signal });
  const staying = connection.callTool("echo", { text: "b" });
  const cancelled = run(() => moveOnAfter(0, () => connection.callTool("echo", { text: "c" })));
  controller.abort("changed my mind");

  await expect(leaving).rejects.toBe("changed my mind");
  expect(await cancelled).toBeUndefined();
  expect(textOf(await staying)).toBe("b");
  expect(server.count("initialize")).toBe(1);
});
