import type { ServerResponse } from "node:http";
import { runningTasks } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { covers } from "../../../../spec/covers.ts";
import { openMcpConnection } from "../../src/index.ts";
import { beginEvents, resultOf, TestClient } from "../fixtures/answers.ts";
import { type Handler, handshake, HttpTestServer } from "../fixtures/http-server.ts";
import { soon } from "../fixtures/soon.ts";

const done = { content: [{ type: "text", text: "done" }] };

/** A server whose calls are begun by `call`, and whose streams are answered by `stream`, the first of them by 405. */
async function start(call: Handler, stream: Handler): Promise<{ server: HttpTestServer; after: unknown[] }> {
  const server = await HttpTestServer.start();
  const after: unknown[] = [];
  const play = handshake((request, response, body) => {
    if (request.method === "DELETE") response.end();
    else call(request, response, body);
  });
  server.handle((request, response, body) => {
    const resumes = request.headers["last-event-id"];
    if (request.method !== "GET" || resumes === undefined) {
      play(request, response, body);
      return;
    }
    after.push(resumes);
    stream(request, response, body);
  });
  return { server, after };
}

/** Begins a stream with an event that it can be resumed after, and a word on when. */
function beginResumable(response: ServerResponse, id: string): ServerResponse {
  beginEvents(response).write(`id: ${id}\nretry: 1\ndata:\n\n`);
  return response;
}

test.each([["ends"], ["breaks"]])(`${covers("MH-10")} (%s)`, async (how) => {
  let text = "";
  const { server, after } = await start(
    (_request, response, body) => {
      text = resultOf(body);
      const stream = beginResumable(response, "one");
      if (how === "ends") stream.end();
      else stream.write(": and\n\n", () => response.destroy());
    },
    (_request, response) => {
      if (after.length === 1) beginEvents(response).end(`id: two\ndata:\n\n`);
      else if (after.length === 2) response.writeHead(503).end();
      else beginEvents(response).end(`data: ${text}\n\n`);
    },
  );
  await using _server = server;
  await using near = await TestClient.connect(server.url);
  const tokens: string[] = [];

  const result = await near.client.callTool({ name: "slow" }, { onresumptiontoken: (token) => tokens.push(token) });

  expect(result).toEqual(done);
  expect(after).toEqual(["one", "two", "two"]);
  expect(tokens).toEqual(["one", "two"]);
  expect(server.count("tools/call")).toBe(1);
});

test.each([
  ["ends ever again", 10, (response: ServerResponse) => beginEvents(response).end()],
  [
    "breaks ever again",
    10,
    (response: ServerResponse) => beginEvents(response).write(": x\n", () => response.destroy()),
  ],
  ["cannot be reached", 3, (response: ServerResponse) => response.destroy()],
  ["answers 503", 3, (response: ServerResponse) => response.writeHead(503).end()],
  ["answers 405", 1, (response: ServerResponse) => response.writeHead(405).end()],
  ["answers 404", 1, (response: ServerResponse) => response.writeHead(404).end()],
  ["answers 202", 1, (response: ServerResponse) => response.writeHead(202).end()],
  ["answers with no stream", 1, (response: ServerResponse) => response.end("<p>")],
])(`${covers("MH-11")} (%s)`, async (_how, tries, answer) => {
  const { server, after } = await start(
    (_request, response) => beginResumable(response, "one").end(),
    (_request, response) => answer(response),
  );
  await using _server = server;
  await using connection = await openMcpConnection({ url: server.url, callTimeout: null });

  const call = connection.callTool("slow");

  await expect(call).rejects.toMatchObject({ mayHaveRun: true });
  expect(after).toEqual(Array.from({ length: tries }, () => "one"));
  expect(server.count("tools/call")).toBe(1);
});

test("a call whose stream cannot be resumed, because its server has gone, may have run", async () => {
  const { server } = await start(
    (_request, response) => {
      beginResumable(response, "one").end();
      void server.pause();
    },
    () => {},
  );
  await using _server = server;
  await using connection = await openMcpConnection({ url: server.url, callTimeout: null, closeTimeout: 100 });

  const call = connection.callTool("slow");

  await expect(call).rejects.toMatchObject({ code: "MCP_CONNECTION_LOST", kind: "outcome-unknown" });
});

test("a call that waits for its stream to be resumed can be cancelled, and asks no more", async () => {
  const { server, after } = await start(
    (_request, response) => beginEvents(response).end("id: one\nretry: 100000\ndata:\n\n"),
    () => {},
  );
  await using _server = server;
  await using near = await TestClient.connect(server.url);
  const controller = new AbortController();
  const resumable = Promise.withResolvers<string>();
  const options = { signal: controller.signal, onresumptiontoken: resumable.resolve };
  const call = near.client.callTool({ name: "slow" }, options).catch((error: unknown) => error);
  await resumable.promise;
  await expect.poll(() => server.streams, soon).toBe(0);

  controller.abort("enough");

  expect(await call).toMatchObject({ message: "enough" });
  await expect.poll(() => server.count("notifications/cancelled"), soon).toBe(1);
  await expect.poll(() => runningTasks(), soon).toEqual([]);
  expect(after).toEqual([]);
});

test("a request with a resumption token asks for the rest of the stream, and its answer bears the new id", async () => {
  const { server, after } = await start(
    () => {},
    (_request, response) => {
      beginEvents(response).end(`data: {"jsonrpc":"2.0","id":4711,"result":${JSON.stringify(done)}}\n\n`);
    },
  );
  await using _server = server;
  await using near = await TestClient.connect(server.url);

  expect(await near.client.callTool({ name: "slow" }, { resumptionToken: "seven" })).toEqual(done);
  expect(after).toEqual(["seven"]);
  expect(server.count("tools/call")).toBe(0);
});

test("a stream is not resumed in the revisions that have no sessions", async () => {
  const { server, after } = await start(
    (_request, response) => beginResumable(response, "one").end(),
    () => {},
  );
  await using _server = server;
  await using near = await TestClient.connect(server.url);
  const _meta = { "io.modelcontextprotocol/protocolVersion": "2026-07-28" };

  const sending = near.transport.send({ jsonrpc: "2.0", id: "a", method: "tools/call", params: { _meta } });

  await expect(sending).rejects.toMatchObject({ message: "the stream ended before the answer came", sent: true });
  expect(after).toEqual([]);
});

/** Plays a server whose stream of notifications is answered by `stream`. */
async function startNotifying(stream: Handler): Promise<HttpTestServer> {
  const server = await HttpTestServer.start();
  const play = handshake((_request, response) => response.end(), { capabilities: { tools: { listChanged: true } } });
  server.handle((request, response, body) => (request.method === "GET" ? stream : play)(request, response, body));
  return server;
}

test.each([
  ["ends", 9, (response: ServerResponse) => beginEvents(response).end("retry: 1\n\n")],
  ["breaks", 9, (response: ServerResponse) => beginEvents(response).write("retry: 1\n", () => response.destroy())],
])(`${covers("MH-12")} (%s)`, async (_how, tries, answer) => {
  const heard: string[] = [];
  await using server = await startNotifying((request, response) => {
    heard.push(String(request.headers["last-event-id"]));
    answer(response);
  });
  await using near = await TestClient.connect(server.url);

  await expect
    .poll(() => near.errors.at(-1)?.message, soon)
    .toBe("the stream of notifications ended too often, and is not opened again");
  expect(server.count("GET")).toBe(tries);
  expect(new Set(heard)).toEqual(new Set(["undefined"]));
});

test("the stream of notifications goes on after the last event, and brings what the server sends", async () => {
  const after: unknown[] = [];
  await using server = await startNotifying((request, response) => {
    after.push(request.headers["last-event-id"]);
    const changed = `data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n`;
    beginEvents(response).write(`retry: 1\nid: ${after.length}\n${changed}data: {\n\n`);
    if (after.length < 3) response.end();
  });
  const near = new TestClient(server.url);
  let changes = 0;
  near.client.setNotificationHandler("notifications/tools/list_changed", () => void (changes += 1));
  await near.client.connect(near.transport);

  await expect.poll(() => changes, soon).toBe(3);

  expect(after).toEqual([undefined, "1", "2"]);
  await near.client.close();
  await expect.poll(() => [server.sockets.size, runningTasks().length], soon).toEqual([0, 0]);
  expect(near.errors.map(({ name }) => name)).toEqual(["SyntaxError", "SyntaxError", "SyntaxError"]);
});

test.each([
  [405, 0],
  [404, 1],
  [400, 1],
  [200, 1],
])(`${covers("MH-13")} (%i)`, async (status, errors) => {
  await using server = await startNotifying((_request, response) => response.writeHead(status).end());
  await using near = await TestClient.connect(server.url);

  await expect.poll(() => server.count("GET"), soon).toBe(1);
  await near.client.ping().catch(() => {});

  await expect.poll(() => near.errors.filter(({ message }) => message.startsWith("opening")).length).toBe(errors);
  expect(server.count("GET")).toBe(1);
});

test.each([[200], [404], [405], [410]])(`${covers("MH-14")} (%i)`, async (status) => {
  const sessions: unknown[] = [];
  await using server = await HttpTestServer.start(
    handshake((request, response) => {
      sessions.push(request.headers["mcp-session-id"]);
      response.writeHead(status).end();
    }),
  );
  const connection = await openMcpConnection({ url: server.url });

  await connection.close();

  expect(server.count("DELETE")).toBe(1);
  expect(sessions).toEqual(["played"]);
  expect(connection.statistics().failures).toEqual([]);
});

test("the end of a session that the server refuses stands in the ledger", async () => {
  await using server = await HttpTestServer.start(handshake((_request, response) => response.writeHead(500).end()));
  const connection = await openMcpConnection({ url: server.url });

  await connection.close();

  expect(JSON.stringify(connection.statistics())).toContain("CLIENT_HTTP_FAILED_TO_TERMINATE_SESSION");
});
