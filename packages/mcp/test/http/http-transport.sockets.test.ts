import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { covers } from "../../../../spec/covers.ts";
import { openMcpConnection } from "../../src/index.ts";
import { beginEvents, endJson, idOf, resultOf, TestClient } from "../fixtures/answers.ts";
import { handshake, HttpTestServer } from "../fixtures/http-server.ts";
import { soon } from "../fixtures/soon.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** The sockets on which calls came. */
function watchCalls(server: HttpTestServer, answer: Parameters<typeof handshake>[0]): Set<Socket> {
  const sockets = new Set<Socket>();
  server.handle(
    handshake((request, response, body) => {
      if (request.method === "DELETE") {
        response.end();
        return;
      }
      if (!sockets.has(request.socket)) request.socket.on("close", () => sockets.delete(request.socket));
      sockets.add(request.socket);
      answer(request, response, body);
    }),
  );
  return sockets;
}

test(covers("MH-1"), async () => {
  await using server = await HttpTestServer.start();
  let most = 0;
  const sockets = watchCalls(server, (_request, response, body) => {
    most = Math.max(most, sockets.size);
    endJson(response, resultOf(body));
  });
  await using near = await TestClient.connect(server.url, { sockets: 5 });

  const results = await Promise.all(range(1_000).map(() => near.call()));

  expect(results).toHaveLength(1_000);
  expect(new Set(results.map((result) => JSON.stringify(result)))).toEqual(
    new Set([JSON.stringify({ content: [{ type: "text", text: "done" }] })]),
  );
  expect(most).toBe(5);
  expect(sockets.size).toBe(5);
});

test("holds sixteen sockets when it is told nothing else", async () => {
  await using server = await HttpTestServer.start();
  const sockets = watchCalls(server, () => {});
  await using near = await TestClient.connect(server.url);

  const calls = range(40).map(() => near.call());

  await expect.poll(() => server.count("tools/call"), soon).toBe(16);
  expect(sockets.size).toBe(16);
  await near.client.close();
  await Promise.all(calls);
});

test(covers("MH-2"), async () => {
  await using server = await HttpTestServer.start();
  const held: (() => void)[] = [];
  watchCalls(server, (_request, response, body) => {
    if (body.includes('"ping"')) endJson(response, JSON.stringify({ jsonrpc: "2.0", id: idOf(body), result: {} }));
    else held.push(() => endJson(response, resultOf(body, body)));
  });
  await using near = await TestClient.connect(server.url, { sockets: 1 });
  const first = near.call("first");
  await expect.poll(() => held.length, soon).toBe(1);
  const controller = new AbortController();
  const dropped = [near.call("dropped", {}, controller.signal), near.call("dropped", {}, controller.signal)];
  const last = near.call("last");
  // The client has handed the calls on by then.
  await near.client.ping();

  controller.abort("no longer wanted");
  await Promise.all(dropped);
  // By the lane of the cancellations, so that they would have come by now.
  await near.client.ping();
  held[0]?.();
  await expect.poll(() => held.length, soon).toBe(2);
  held[1]?.();

  expect(JSON.stringify(await first)).toContain("first");
  expect(JSON.stringify(await last)).toContain("last");
  expect(server.received.filter((method) => method !== "GET")).toEqual([
    "initialize",
    "notifications/initialized",
    "tools/call",
    "ping",
    "ping",
    "tools/call",
  ]);
});

test("a request that is given up by its signal while it waits for a socket is not sent, nor its cancellation", async () => {
  await using server = await HttpTestServer.start();
  watchCalls(server, () => {});
  await using near = await TestClient.connect(server.url, { sockets: 1 });
  void near.call("first");
  await expect.poll(() => server.count("tools/call"), soon).toBe(1);
  const controller = new AbortController();
  const request = { jsonrpc: "2.0", id: "a", method: "tools/call", params: {} } as const;

  const sending = near.transport.send(request, { requestSignal: controller.signal });
  controller.abort();
  await expect(sending).rejects.toMatchObject({ name: "HttpFailure", sent: false });
  const params = { requestId: "a" };
  await near.transport.send({ jsonrpc: "2.0", method: "notifications/cancelled", params });
  await near.transport.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "other" } });

  expect(server.count("notifications/cancelled")).toBe(1);
  expect(near.errors).toEqual([]);
});

test("a request whose signal has aborted already is not sent", async () => {
  await using server = await HttpTestServer.start();
  await using near = await TestClient.connect(server.url);
  const request = { jsonrpc: "2.0", id: "a", method: "tools/call", params: {} } as const;

  const sending = near.transport.send(request, { requestSignal: AbortSignal.abort() });

  await expect(sending).rejects.toMatchObject({ sent: false });
  expect(server.count("tools/call")).toBe(0);
});

/** A server of which `hang` gets no answer, or a stream without one, and `neighbour` its answer when it is let go. */
async function startHanging(
  how: string,
): Promise<{ server: HttpTestServer; sockets: Set<Socket>; waiting: (() => void)[] }> {
  const server = await HttpTestServer.start();
  const waiting: (() => void)[] = [];
  const sockets = watchCalls(server, (_request, response, body) => {
    if (!body.includes("hang")) waiting.push(() => response.end(`data: ${resultOf(body)}\n\n`));
    if (!body.includes("hang") || how === "as events") beginEvents(response);
  });
  return { server, sockets, waiting };
}

test.each([["as JSON"], ["as events"]])(`${covers("MH-3")} (%s)`, async (how) => {
  const { server, sockets, waiting } = await startHanging(how);
  await using _server = server;
  await using connection = await openMcpConnection({ url: server.url, sockets: 60 });
  const neighbour = connection.callTool("neighbour");
  const controller = new AbortController();
  const { signal } = controller;
  const calls = range(50).map(() => connection.callTool("hang", {}, { signal }).catch((error: unknown) => error));
  await expect.poll(() => server.count("tools/call"), soon).toBe(51);

  controller.abort("enough");

  expect(await Promise.all(calls)).toEqual(range(50).map(() => "enough"));
  await expect.poll(() => sockets.size, soon).toBe(1);
  await expect.poll(() => server.count("notifications/cancelled"), soon).toBe(50);
  waiting[0]?.();
  expect(await neighbour).toEqual({ content: [{ type: "text", text: "done" }] });
});

test("fifty calls that time out leave no socket open either", async () => {
  const { server, sockets, waiting } = await startHanging("as events");
  await using _server = server;
  await using connection = await openMcpConnection({ url: server.url });
  const neighbour = connection.callTool("neighbour");
  await expect.poll(() => waiting.length, soon).toBe(1);

  const calls = range(50).map(() => connection.callTool("hang", {}, { timeout: 100 }).catch((error: unknown) => error));

  expect(new Set((await Promise.all(calls)).map((error) => (error as { code?: string }).code))).toEqual(
    new Set(["MCP_CALL_TIMEOUT"]),
  );
  await expect.poll(() => sockets.size, soon).toBe(1);
  waiting[0]?.();
  expect(await neighbour).toEqual({ content: [{ type: "text", text: "done" }] });
});

test(covers("MH-4"), async () => {
  await using server = await HttpTestServer.start();
  watchCalls(server, (_request, response) => beginEvents(response));
  await using near = await TestClient.connect(server.url, { sockets: 2 });
  const controller = new AbortController();
  void near.call("hang");
  void near.call("hang", {}, controller.signal);
  await expect.poll(() => server.count("tools/call"), soon).toBe(2);
  void near.call("waits");
  void near.call("waits");

  controller.abort();

  await expect.poll(() => server.count("notifications/cancelled"), soon).toBe(1);
  await expect.poll(() => server.count("tools/call"), soon).toBe(3);
});

test(covers("MH-5"), async () => {
  await using server = await HttpTestServer.start();
  const asked = { jsonrpc: "2.0", id: 1, method: "ping" };
  watchCalls(server, (_request, response, body) => {
    const { method } = JSON.parse(body) as { method?: string };
    if (method === "tools/call") beginEvents(response).write(`data: ${JSON.stringify(asked)}\n\n`);
    else if (method === undefined) response.writeHead(202).end();
    else endJson(response, JSON.stringify({ jsonrpc: "2.0", id: idOf(body), result: {} }));
  });
  await using near = await TestClient.connect(server.url, { sockets: 1 });
  void near.call();
  void near.call();

  await expect.poll(() => server.count("answer"), soon).toBe(1);
  expect(await near.client.ping()).toEqual({});
  expect(server.count("tools/call")).toBe(1);
});

test("all sockets are closed when the transport is, and what is under way is told", async () => {
  await using server = await HttpTestServer.start();
  watchCalls(server, (_request, response) => beginEvents(response));
  const near = await TestClient.connect(server.url, { sockets: 3 });
  const sent = near.transport.send({ jsonrpc: "2.0", id: "a", method: "tools/call" }).catch((error: unknown) => error);
  const calls = range(5).map(() => near.call());
  await expect.poll(() => server.count("tools/call"), soon).toBe(3);

  await near.client.close();

  expect(await sent).toMatchObject({ name: "HttpFailure", sent: true });
  expect((await Promise.all(calls)).every((error) => error instanceof Error)).toBe(true);
  await expect.poll(() => server.sockets.size, soon).toBe(0);
  await expect(near.transport.send({ jsonrpc: "2.0", id: "b", method: "ping" })).rejects.toMatchObject({ sent: false });
});

test(covers("MH-18"), async () => {
  await using server = await HttpTestServer.start();
  const sockets = watchCalls(server, (_request, response, body) => {
    beginEvents(response).write(`data: ${resultOf(body)}\n\n`);
  });
  await using near = await TestClient.connect(server.url, { sockets: 1 });

  const results = [await near.call(), await near.call()];

  expect(results).toEqual([
    expect.objectContaining({ content: expect.any(Array) }),
    expect.objectContaining({ content: expect.any(Array) }),
  ]);
  expect(sockets.size).toBe(1);
});
