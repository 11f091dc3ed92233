import type { Tool } from "@modelcontextprotocol/client";
import { expect, test, vi } from "vitest";
import { openMcpConnection } from "../src/index.ts";
import { ToolList } from "../src/tool-list.ts";
import { handshake, HttpTestServer } from "./fixtures/http-server.ts";
import { soon } from "./fixtures/soon.ts";

const echo: Tool = { name: "echo", inputSchema: { type: "object" } };

/** A list whose requests end when the test says so. */
function pendingList(ttl?: number): {
  list: ToolList;
  requests: (PromiseWithResolvers<Tool[]> & { signal: AbortSignal; ttl?: number })[];
} {
  const requests: (PromiseWithResolvers<Tool[]> & { signal: AbortSignal; ttl?: number })[] = [];
  const list = new ToolList(async (signal) => {
    const request: (typeof requests)[number] = { ...Promise.withResolvers<Tool[]>(), signal };
    requests.push(request);
    return { tools: await request.promise, ttl: request.ttl };
  }, ttl);
  return { list, requests };
}

test("one request serves all who ask at the same time, and the answer is kept", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });

  const [first, second] = await Promise.all([connection.listTools(), connection.listTools()]);
  const third = await connection.listTools();

  expect(first.map(({ name }) => name)).toContain("echo");
  expect([second, third]).toEqual([first, first]);
  expect(server.count("tools/list")).toBe(1);
});

test("the tools are frozen to the bottom", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });

  const tools = await connection.listTools();

  const sum = tools.find(({ name }) => name === "sum");
  expect(Object.isFrozen(tools)).toBe(true);
  expect(Object.isFrozen(sum?.inputSchema.properties?.["a"])).toBe(true);
});

test("the list is asked for again when the server says that it has changed", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  const before = await connection.listTools();

  await connection.callTool("grow");

  await expect.poll(async () => (await connection.listTools()).length, soon).toBe(before.length + 1);
  expect(server.count("tools/list")).toBe(2);
});

test("the list is asked for again on a new generation", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  await connection.listTools();
  await server.forgetSessions();
  await connection.callTool("echo");

  await connection.listTools();

  expect(server.count("tools/list")).toBe(2);
});

test("a server without tools has an empty list, and is not asked; nothing is written to the console", async () => {
  await using server = await HttpTestServer.start(handshake(() => {}, { capabilities: {} }));
  await using connection = await openMcpConnection({ url: server.url, closeTimeout: 20 });

  const debug = vi.spyOn(console, "debug");

  const tools = await connection.listTools();

  expect(tools).toEqual([]);
  expect(server.count("tools/list")).toBe(0);
  expect(debug).not.toHaveBeenCalled();
});

test("one caller that leaves disturbs no other; the last cancels the request", async () => {
  await using server = await HttpTestServer.start(handshake(() => {}));
  await using connection = await openMcpConnection({ url: server.url, closeTimeout: 20 });
  const [first, second] = [new AbortController(), new AbortController()];
  const leaving = connection.listTools({ signal: first.signal });
  const staying = connection.listTools({ signal: second.signal });
  await expect.poll(() => server.count("tools/list"), soon).toBe(1);

  first.abort("first");
  await expect(leaving).rejects.toBe("first");
  expect(connection.statistics().callsInFlight).toBe(1);
  expect(server.count("notifications/cancelled")).toBe(0);
  second.abort("second");

  await expect(staying).rejects.toBe("second");
  await expect.poll(() => server.count("notifications/cancelled"), soon).toBe(1);
});

test("a failure goes to all who wait, and is not kept", async () => {
  const { list, requests } = pendingList();
  const { signal } = new AbortController();
  const failing = Promise.allSettled([list.get(signal, 0), list.get(signal, 0)]);

  requests[0]?.reject(new Error("down"));
  const outcomes = await failing;
  const retried = list.get(signal, 0);
  requests[1]?.resolve([echo]);

  expect(outcomes).toMatchObject([{ reason: { message: "down" } }, { reason: { message: "down" } }]);
  expect(await retried).toEqual([echo]);
});

test("a list that was on its way when the tools changed is given to those who wait, and not kept", async () => {
  const { list, requests } = pendingList();
  const { signal } = new AbortController();
  const early = list.get(signal, 0);

  list.drop();
  const late = list.get(signal, 0);
  requests[1]?.resolve([echo]);
  requests[0]?.resolve([]);

  expect(await early).toEqual([]);
  expect(await late).toEqual([echo]);
  expect(await list.get(signal, 0)).toEqual([echo]);
  expect(requests).toHaveLength(2);
});

test("who asks after the last has left starts a new request", async () => {
  const { list, requests } = pendingList();
  const controller = new AbortController();
  void list.get(controller.signal, 0).catch(() => {});

  controller.abort();
  const next = list.get(new AbortController().signal, 0);
  requests[1]?.resolve([echo]);

  expect(requests[0]?.signal.aborted).toBe(true);
  expect(await next).toEqual([echo]);
});
