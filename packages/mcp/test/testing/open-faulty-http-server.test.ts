import { expect, test } from "vitest";
import { covers } from "../../../../spec/covers.ts";
import { openFaultyHttpServer } from "../../src/testing/index.ts";
import { soon } from "../fixtures/soon.ts";
import { messagesIn, RawClient, read } from "./raw-client.ts";

const changed = "notifications/tools/list_changed";

test("a session is opened, must be named, and is ended by DELETE", async () => {
  await using server = await openFaultyHttpServer();
  const client = await RawClient.open(server);
  const other = new RawClient(server.url);

  const unnamed = await other.call("echo");
  other.session = "unheard-of";
  const unknown = await other.call("echo");
  const ended = await client.delete();
  const after = await client.call("echo");

  expect([unnamed.status, unknown.status, ended.status, after.status]).toEqual([400, 404, 200, 404]);
  expect(server.counts()).toMatchObject({ initializes: 1, deletes: 1, sessionsOpen: 0, executed: {} });
});

test.each([
  ["2025-06-18", "2025-06-18"],
  ["2024-01-01", "2025-11-25"],
])("a client that asks for version %s is given %s", async (asked, given) => {
  await using server = await openFaultyHttpServer();
  const params = { protocolVersion: asked, capabilities: {}, clientInfo: { name: "raw", version: "1" } };

  const { body } = await new RawClient(server.url).request("initialize", params);

  expect(messagesIn(body)).toMatchObject([{ result: { protocolVersion: given } }]);
});

test.each([true, false])(
  "notifications of changed tools come on the GET stream (with sessions: %s)",
  async (sessions) => {
    await using server = await openFaultyHttpServer({ sessions });
    const client = await RawClient.open(server);
    const stream = await client.get();

    server.notifyToolsChanged(2);
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
    let text = "";
    while (messagesIn(text).length < 2) text += Buffer.from((await reader.read()).value ?? []).toString();
    const open = server.counts().streamsOpen;
    await reader.cancel();

    await server.waitUntil(({ streamsOpen }) => streamsOpen === 0);
    expect(messagesIn(text).map(({ method }) => method)).toEqual([changed, changed]);
    expect(open).toBe(1);
  },
);

test("a storm of changes comes on the GET stream while that is open, and else with the answer", async () => {
  const storm = { fault: "list-changed-storm", count: 1 } as const;
  await using server = await openFaultyHttpServer({ faults: [storm, storm] });
  const client = await RawClient.open(server);
  const stream = await client.get();

  const during = await client.call("echo");
  await stream.body?.cancel();
  await server.waitUntil(({ streamsOpen }) => streamsOpen === 0);
  const after = await client.call("echo");

  const methods = [during, after].map(({ body }) => messagesIn(body).map(({ method }) => method));
  expect(methods).toEqual([[undefined], [changed, undefined]]);
});

test("a server of the versions with sessions refuses a request of the revision without", async () => {
  await using server = await openFaultyHttpServer({ versions: ["2025-06-18"] });
  const _meta = { "io.modelcontextprotocol/protocolVersion": "2026-07-28" };

  const { status } = await new RawClient(server.url).request("server/discover", { _meta });

  expect(status).toBe(400);
});

test(covers("MT-5"), async () => {
  await using server = await openFaultyHttpServer({ faults: [{ fault: "hang", tool: "echo" }] });
  const client = await RawClient.open(server);
  const controller = new AbortController();
  const call = client.startCall("echo", controller.signal).catch(() => {});
  await server.waitUntil(({ executed }) => executed["echo"] === 1);
  const during = server.counts();
  await client.notify("notifications/cancelled", { requestId: 2 });
  await client.post({ id: 9, method: "tools/call", params: { name: "sum", arguments: { a: 1, b: 2 } } }).then(read);
  await client.post({ id: 9, method: "tools/call", params: { name: "sum", arguments: { a: 1, b: 2 } } }).then(read);
  controller.abort();
  await call;
  await server.waitUntil(({ inFlight }) => inFlight === 0);

  expect(during).toMatchObject({ inFlight: 1, sessionsOpen: 1, cancels: 0 });
  expect(during.socketsOpen).toBeGreaterThanOrEqual(1);
  expect(server.counts()).toMatchObject({
    cancels: 1,
    executed: { echo: 1, sum: 2 },
    executedTwice: ["session-1/9"],
    initializes: 1,
    received: [
      "initialize",
      "notifications/initialized",
      "tools/call",
      "notifications/cancelled",
      "tools/call",
      "tools/call",
    ],
  });
  expect(server.counts().executions.at(-1)).toEqual({
    tool: "sum",
    args: { a: 1, b: 2 },
    session: "session-1",
    requestId: 9,
  });
  expect(server.counts().socketsPeak).toBeGreaterThanOrEqual(2);
});

test(covers("MT-6"), async () => {
  const server = await openFaultyHttpServer({
    faults: [{ fault: "hang", times: Infinity }, { fault: "get-hangs" }, { fault: "late-answer", tool: "echo" }],
  });
  const client = await RawClient.open(server);
  const { signal } = new AbortController();
  const hanging = [client.startCall("echo", signal), client.startCall("sum", signal), client.get()];
  const settled = Promise.allSettled(hanging);
  await server.waitUntil(({ received }) => received.length === 5);

  await server[Symbol.asyncDispose]();

  expect((await settled).map(({ status }) => status)).toEqual(Array(3).fill("rejected"));
  expect(server.counts()).toMatchObject({ socketsOpen: 0, inFlight: 0, streamsOpen: 0 });
});

test("a restart stops the tools that run", async () => {
  const stopped: unknown[] = [];
  await using server = await openFaultyHttpServer({
    tools: {
      wait: (_args, { signal }) => {
        signal.addEventListener("abort", () => stopped.push(signal.reason));
        return new Promise<void>(() => {});
      },
    },
  });
  const client = await RawClient.open(server);
  const call = client.call("wait").catch(() => "lost");
  await server.waitUntil(({ executed }) => executed["wait"] === 1);

  server.restart();

  expect(await call).toBe("lost");
  expect(stopped).toEqual(["the server has stopped"]);
});

test(covers("MT-7"), async () => {
  await using server = await openFaultyHttpServer({ tools: { epoch: (_args, { epoch }) => String(epoch) } });
  const before = await RawClient.open(server);
  const first = await before.call("epoch");

  server.restart();
  // A pooled connection of before may first have to be found broken.
  await expect
    .poll(
      () =>
        before.call("epoch").then(
          ({ status }) => status,
          () => 0,
        ),
      soon,
    )
    .toBe(404);
  const second = await (await RawClient.open(server)).call("epoch");

  expect([first, second].map(({ body }) => messagesIn(body)[0]?.["result"])).toEqual([
    { content: [{ type: "text", text: "1" }] },
    { content: [{ type: "text", text: "2" }] },
  ]);
});

test("a server that went down refuses connections, and comes back on its port with its sessions", async () => {
  await using server = await openFaultyHttpServer();
  const client = await RawClient.open(server);

  await server.goDown();
  await expect
    .poll(() => client.call("echo").catch((error: Error) => error.cause), soon)
    .toMatchObject({ code: "ECONNREFUSED" });
  await server.comeBack();

  expect((await client.call("echo", { text: "hello" })).status).toBe(200);
});

test("a server without sessions names none", async () => {
  await using server = await openFaultyHttpServer({ sessions: false });

  const client = await RawClient.open(server);

  expect(client.session).toBe("");
  expect((await client.call("echo", { text: "hello" })).status).toBe(200);
});
