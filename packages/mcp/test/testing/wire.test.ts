import { connect } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { covers } from "../../../../spec/covers.ts";
import {
  type FaultyHttpServerOptions,
  type McpFaultName,
  mcpFaults,
  type McpFaultScript,
  openFaultyHttpServer,
} from "../../src/testing/index.ts";
import { messagesIn, RawClient, type RawAnswer, read } from "./raw-client.ts";

const echoed = { content: [{ type: "text", text: "hello" }] };
const toolsChanged = { jsonrpc: "2.0", method: "notifications/tools/list_changed" };
const done = { jsonrpc: "2.0", id: 2, result: echoed };

/** Opens a server, shakes hands, and calls `echo` once. */
async function callStruck(script: McpFaultScript, options: FaultyHttpServerOptions = {}): Promise<RawAnswer> {
  await using server = await openFaultyHttpServer({ ...options, faults: [script] });
  const client = await RawClient.open(server);
  return await client.call("echo", { text: "hello" });
}

test("without a fault a call is answered as a stream of events, or as JSON", async () => {
  await using asSse = await openFaultyHttpServer();
  await using asJson = await openFaultyHttpServer({ answers: "json" });

  const sse = await (await RawClient.open(asSse)).call("echo", { text: "hello" });
  const json = await (await RawClient.open(asJson)).call("echo", { text: "hello" });

  expect([sse.status, sse.type, sse.broke]).toEqual([200, "text/event-stream", false]);
  expect(messagesIn(sse.body)).toEqual([done]);
  expect([json.status, json.type]).toEqual([200, "application/json"]);
  expect(JSON.parse(json.body)).toEqual(done);
});

test.each<[McpFaultName, number]>([
  ["http-401", 401],
  ["http-429", 429],
  ["http-500", 500],
  ["http-502", 502],
  ["http-503", 503],
  ["session-forgotten", 404],
  ["session-gone", 410],
  ["session-refused", 400],
  ["accepted-202", 202],
  ["empty-200", 200],
])("%s is an empty answer of status %i, for one call", async (fault, status) => {
  await using server = await openFaultyHttpServer({ faults: [{ fault, tool: "echo" }] });
  const client = await RawClient.open(server);

  const struck = await client.call("echo");
  const other = await client.call("sum", { a: 1, b: 2 });

  expect([struck.status, struck.body, struck.broke]).toEqual([status, "", false]);
  expect(other.status).toBe(fault === "session-forgotten" || fault === "session-gone" ? 404 : 200);
});

test("a status comes with Retry-After when the script has one, and 401 with a challenge", async () => {
  const unavailable = await callStruck({ fault: "http-503", retryAfter: 7 });
  const failed = await callStruck({ fault: "http-500", retryAfter: 8 });
  const unauthorized = await callStruck({ fault: "http-401" });

  expect([unavailable.headers.get("retry-after"), failed.headers.get("retry-after")]).toEqual(["7", "8"]);
  expect([unauthorized.headers.get("retry-after"), unauthorized.headers.get("www-authenticate")]).toEqual([
    null,
    "Bearer",
  ]);
});

test.each<McpFaultName>(["get-refused", "delete-refused"])("%s is 405", async (fault) => {
  await using server = await openFaultyHttpServer({ faults: [{ fault }] });
  const client = await RawClient.open(server);

  const { status } = fault === "get-refused" ? await client.get() : await client.delete();

  expect(status).toBe(405);
  expect(server.counts()).toMatchObject({ deletes: 0, sessionsOpen: 1, streamsOpen: 0 });
});

test("get-drops opens the stream and ends it at once, each time", async () => {
  await using server = await openFaultyHttpServer({ faults: [{ fault: "get-drops", times: Infinity }] });
  const client = await RawClient.open(server);

  const answers = [await read(await client.get()), await read(await client.get())];

  expect(answers.map(({ status, type, broke }) => `${status} ${type} ${broke}`)).toEqual([
    "200 text/event-stream false",
    "200 text/event-stream false",
  ]);
});

test.each<McpFaultName>(["get-hangs", "hang", "initialize-hang"])("%s sends no byte", async (fault) => {
  await using server = await openFaultyHttpServer({ faults: [{ fault }] });
  const controller = new AbortController();
  const client = fault === "initialize-hang" ? new RawClient(server.url) : await RawClient.open(server);
  const init = { method: "GET", headers: { accept: "text/event-stream" }, signal: controller.signal };
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } };
  const sending = {
    "get-hangs": () => client.fetch(init),
    "initialize-hang": () => client.post({ id: 1, method: "initialize", params }, controller.signal),
    hang: () => client.startCall("echo", controller.signal),
  }[fault as "hang"]();
  const seen = { "get-hangs": "GET", "initialize-hang": "initialize", hang: "tools/call" }[fault as "hang"];
  await server.waitUntil(({ received }) => received.includes(seen));
  // Another request is answered in full meanwhile.
  await new RawClient(server.url).get();

  controller.abort();

  await expect(sending).rejects.toMatchObject({ name: "AbortError" });
});

test.each<[McpFaultName, string]>([
  ["truncated-json", JSON.stringify(done).slice(0, JSON.stringify(done).length / 2)],
  ["malformed-json", "{oops"],
  ["not-json-rpc", "{}"],
])("%s is JSON that is none, or no message", async (fault, body) => {
  const answer = await callStruck({ fault }, { answers: "json" });

  expect(answer).toMatchObject({ status: 200, type: "application/json", body, broke: false });
});

test("malformed-json and not-json-rpc come in events too", async () => {
  const malformed = await callStruck({ fault: "malformed-json" });
  const other = await callStruck({ fault: "not-json-rpc" });

  expect([malformed.type, malformed.body]).toEqual(["text/event-stream", "event: message\ndata: {oops\n\n"]);
  expect(messagesIn(other.body)).toEqual([{}]);
});

test("json-reset breaks off in the middle of the JSON", async () => {
  const answer = await callStruck({ fault: "json-reset" });

  expect(answer).toMatchObject({ status: 200, type: "application/json", broke: true });
  expect(JSON.stringify(done).startsWith(answer.body)).toBe(true);
});

test("sse-end ends the stream without the answer, and sse-reset breaks it", async () => {
  const ended = await callStruck({ fault: "sse-end" });
  const broken = await callStruck({ fault: "sse-reset" });

  expect(ended).toMatchObject({ status: 200, type: "text/event-stream", body: ": working\n\n", broke: false });
  expect(broken).toMatchObject({ status: 200, type: "text/event-stream", broke: true });
});

test("sse-no-blank-line has the whole answer, but not the end of the event", async () => {
  const { body } = await callStruck({ fault: "sse-no-blank-line" });

  expect(messagesIn(body)).toEqual([done]);
  expect(body.endsWith("}")).toBe(true);
});

test.each<[McpFaultName, number, number]>([
  ["sse-no-resume", 405, 0],
  ["sse-resumable", 200, 1],
])("%s names an event; who asks for what follows is answered %i", async (fault, status, answers) => {
  await using server = await openFaultyHttpServer({ faults: [{ fault }] });
  const client = await RawClient.open(server);

  const { body } = await client.call("echo", { text: "hello" });
  const id = /^id: (.+)$/m.exec(body)?.[1] ?? "";
  const resumed = await read(await client.get({ "last-event-id": id }));

  expect(messagesIn(body)).toEqual([]);
  expect(resumed.status).toBe(status);
  expect(messagesIn(resumed.body)).toEqual([done].slice(0, answers));
  expect(server.counts().executed).toEqual({ echo: 1 });
});

test("sse-keep-alive-only sends comments until the client hangs up", async () => {
  await using server = await openFaultyHttpServer({ faults: [{ fault: "sse-keep-alive-only", delay: 1 }] });
  const client = await RawClient.open(server);
  const controller = new AbortController();
  const response = await client.startCall("echo", controller.signal);

  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = "";
  while (text.split("\n\n").length < 4) text += Buffer.from((await reader.read()).value ?? []).toString();
  controller.abort();
  await server.waitUntil(({ inFlight }) => inFlight === 0);

  expect(text.replaceAll(": keep-alive\n\n", "")).toBe("");
});

test.each(["json", "sse"] as const)("stall-mid-body sends half of the answer (%s)", async (answers) => {
  await using server = await openFaultyHttpServer({ answers, faults: [{ fault: "stall-mid-body" }] });
  const client = await RawClient.open(server);
  const controller = new AbortController();
  const response = await client.startCall("echo", controller.signal);

  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const text = Buffer.from((await reader.read()).value ?? []).toString();
  const { inFlight } = server.counts();
  controller.abort();

  expect(text).toMatch(/^(event: message\ndata: )?\{"jsonrpc":"2.0"/);
  expect(() => messagesIn(text).concat(JSON.parse(text) as object as never)).toThrow(SyntaxError);
  expect(inFlight).toBe(1);
});

test.each<McpFaultName>(["reset-before-headers", "server-restarted"])("%s answers with a reset", async (fault) => {
  await using server = await openFaultyHttpServer({ faults: [{ fault }] });
  const client = await RawClient.open(server);

  await expect(client.call("echo")).rejects.toThrow("fetch failed");
  expect(server.counts().executed).toEqual({ echo: 1 });
});

test("accept-then-close closes the connection that it has accepted", async () => {
  await using server = await openFaultyHttpServer({ faults: [{ fault: "accept-then-close" }] });
  const { port } = new URL(server.url);

  const socket = connect(Number(port), "127.0.0.1");
  await once(socket, "connect");
  socket.resume();
  await once(socket, "close");

  expect(socket.bytesRead).toBe(0);
  expect((await RawClient.open(server)).session).toBe("session-1");
});

test("initialize-closes closes in the middle of the handshake", async () => {
  await using server = await openFaultyHttpServer({ faults: [{ fault: "initialize-closes" }] });

  await expect(RawClient.open(server)).rejects.toThrow("fetch failed");
  expect(server.counts()).toMatchObject({ initializes: 1, sessionsOpen: 0 });
});

test.each<[McpFaultName, object]>([
  ["initialize-error", { error: { code: -32_603 } }],
  ["initialize-version", { result: { protocolVersion: "1999-12-31" } }],
])("%s answers the handshake with %j", async (fault, expected) => {
  await using server = await openFaultyHttpServer({ faults: [{ fault }] });

  const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "raw", version: "1" } };
  const { body } = await new RawClient(server.url).request("initialize", params);

  expect(messagesIn(body)).toMatchObject([expected]);
});

test("redirect-elsewhere names another origin, which counts who comes", async () => {
  await using server = await openFaultyHttpServer({ faults: [{ fault: "redirect-elsewhere" }] });
  const client = await RawClient.open(server);

  const { status, headers } = await client.call("echo");
  const location = headers.get("location") ?? "";
  await fetch(location, { method: "POST", body: "{}" });

  expect(status).toBe(307);
  expect(new URL(location).origin).not.toBe(new URL(server.url).origin);
  expect(server.counts().elsewhere).toBe(1);
});

test("unexpected-content-type is a page", async () => {
  const answer = await callStruck({ fault: "unexpected-content-type" });

  expect(answer).toMatchObject({ status: 200, type: "text/html" });
});

test.each<[McpFaultScript, object[]]>([
  [{ fault: "wrong-id" }, [{ ...done, id: "not-2" }]],
  [{ fault: "duplicate-answer" }, [done, done]],
  [{ fault: "huge-answer", size: 3 }, [{ ...done, result: { content: [{ type: "text", text: "xxx" }] } }]],
  [{ fault: "broken-output" }, [{ ...done, result: { ...echoed, structuredContent: { "not in the schema": true } } }]],
  [{ fault: "list-changed-storm", count: 2 }, [toolsChanged, toolsChanged, done]],
])("%j shows in the messages", async (script, messages) => {
  const { body } = await callStruck(script);

  expect(messagesIn(body)).toEqual(messages);
});

test("an answer that comes with other messages is a stream of events, also where answers are JSON", async () => {
  const answer = await callStruck({ fault: "progress-flood", count: 1 }, { answers: "json" });

  expect(answer.type).toBe("text/event-stream");
  expect(messagesIn(answer.body)).toEqual([expect.objectContaining({ method: "notifications/progress" }), done]);
});

test("progress-flood sends progress of the token that the request names", async () => {
  await using server = await openFaultyHttpServer({ faults: [{ fault: "progress-flood", count: 3 }] });
  const client = await RawClient.open(server);
  const params = { name: "echo", arguments: { text: "hello" }, _meta: { progressToken: "p" } };

  const { body } = await client.request("tools/call", params);

  const progress = messagesIn(body).slice(0, -1);
  expect(progress.map((message) => message["params"])).toEqual(
    [0, 1, 2].map((step) => ({ progressToken: "p", progress: step, total: 3 })),
  );
  expect(messagesIn(body).at(-1)).toEqual(done);
});

test("list-changes lists other tools each time", async () => {
  await using server = await openFaultyHttpServer({ faults: [{ fault: "list-changes", times: 2 }] });
  const client = await RawClient.open(server);

  const names = [];
  for (let listing = 0; listing < 3; listing++) {
    const { body } = await client.request("tools/list");
    names.push([...body.matchAll(/"name":"([^"]+)"/g)].map(([, name]) => name));
  }

  expect(names).toEqual([["tool-1"], ["tool-2"], ["echo", "sum"]]);
});

test("slow-answer answers after its delay, and late-answer after the cancellation", async () => {
  await using server = await openFaultyHttpServer({
    faults: [{ fault: "slow-answer", delay: 1 }, { fault: "late-answer" }],
  });
  const client = await RawClient.open(server);

  const slow = await client.call("echo", { text: "hello" });
  const late = client.call("echo", { text: "hello" });
  await server.waitUntil(({ executed }) => executed["echo"] === 2);
  await client.notify("notifications/cancelled", { requestId: 3 });

  expect(messagesIn(slow.body)).toEqual([done]);
  expect(messagesIn((await late).body)).toEqual([{ ...done, id: 3 }]);
  expect(server.counts().cancels).toBe(1);
});

test("an answer to a client that has let go of the call's stream comes on its GET stream", async () => {
  await using server = await openFaultyHttpServer({ faults: [{ fault: "late-answer" }] });
  const client = await RawClient.open(server);
  const stream = await client.get();
  const controller = new AbortController();
  const call = client.startCall("echo", controller.signal).catch(() => {});
  await server.waitUntil(({ executed }) => executed["echo"] === 1);
  controller.abort();
  await server.waitUntil(({ inFlight }) => inFlight === 0);
  await client.notify("notifications/cancelled", { requestId: 2 });

  const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
  const text = Buffer.from((await reader.read()).value ?? []).toString();
  await call;

  expect(messagesIn(text)).toMatchObject([{ id: 2, result: {} }]);
});

/** The faults that strike a call, each by itself. */
const ofCalls = (Object.keys(mcpFaults) as McpFaultName[]).filter((fault) => mcpFaults[fault].on === "tools/call");

test(covers("MT-3"), async () => {
  const executed = await Promise.all(
    ofCalls.map(async (fault) => {
      await using server = await openFaultyHttpServer({ faults: [{ fault, delay: 1, size: 9, count: 1 }] });
      const client = await RawClient.open(server);
      const controller = new AbortController();
      const call = client.startCall("echo", controller.signal).then(read);
      // It is answered, or hangs after it has run.
      const answered = call.catch(() => {});
      await Promise.race([answered, server.waitUntil((counts) => counts.executed["echo"] === 1)]);
      controller.abort();
      await answered;
      return [fault, server.counts().executed["echo"] ?? 0];
    }),
  );

  expect(executed).toEqual(ofCalls.map((fault) => [fault, mcpFaults[fault].runs ? 1 : 0]));
});
