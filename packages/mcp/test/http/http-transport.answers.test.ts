import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { covers } from "../../../../spec/covers.ts";
import { openMcpConnection } from "../../src/index.ts";
import { beginEvents, endJson, idOf, resultOf, TestClient } from "../fixtures/answers.ts";
import { type Handler, handshake, HttpTestServer } from "../fixtures/http-server.ts";
import { TcpProxy } from "../fixtures/tcp-proxy.ts";

const done = { content: [{ type: "text", text: "done" }] };

const withLength: Handler = (_request, response, body) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(resultOf(body)) });
  response.end(resultOf(body));
};
const chunked: Handler = (_request, response, body) => {
  response.writeHead(200, { "content-type": "application/json; charset=utf-8" });
  response.write(resultOf(body).slice(0, 20));
  response.end(resultOf(body).slice(20));
};
const events: Handler = (_request, response, body) => {
  beginEvents(response).end(`: hello\r\n\r\nevent: message\r\ndata: ${resultOf(body)}\r\n\r\n`);
};

test.each([
  ["JSON with a length", "end", withLength],
  ["JSON with a length", "reset", withLength],
  ["JSON in chunks", "end", chunked],
  ["JSON in chunks", "reset", chunked],
  ["events", "end", events],
  ["events", "reset", events],
] as const)(`${covers("MH-6")} (%s, %s)`, async (_how, cut, handler) => {
  await using server = await HttpTestServer.start(handshake(handler, { session: "" }));
  await using proxy = await TcpProxy.start(server.url);
  await using connection = await openMcpConnection({ url: proxy.url, callTimeout: null });

  const outcomes: string[] = [];
  for (let bytes = 1; bytes < 500 && outcomes.at(-1) !== "done"; bytes += 7) {
    proxy.cutAfter(bytes, cut);
    const outcome = await connection.callTool("echo").catch((error: unknown) => error);
    outcomes.push(outcome instanceof Error ? (outcome as Error & { code: string }).code : "done");
  }

  expect(outcomes.length).toBeGreaterThan(20);
  expect(outcomes.at(-1)).toBe("done");
  expect(new Set(outcomes.slice(0, -1))).toEqual(new Set(["MCP_CONNECTION_LOST"]));
  expect(server.count("tools/call")).toBe(outcomes.length);
});

test(covers("MH-7"), async () => {
  await using server = await HttpTestServer.start(handshake((request) => request.socket.destroy()));
  await using near = await TestClient.connect(server.url);

  const broken = await near.call();
  await server.pause();
  const refused = await near.call();

  expect(broken).toMatchObject({ name: "HttpFailure", sent: true, cause: { code: "UND_ERR_SOCKET" } });
  expect(refused).toMatchObject({ name: "HttpFailure", sent: false, cause: { code: "ECONNREFUSED" } });
});

test(covers("MH-8"), async () => {
  // It never answers the handshake of TLS.
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const near = new TestClient(`https://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
  await near.transport.start();
  const controller = new AbortController();

  const sending = near.transport.send(
    { jsonrpc: "2.0", id: "a", method: "tools/call" },
    { requestSignal: controller.signal },
  );
  await once(server, "connection");
  controller.abort();

  await expect(sending).rejects.toMatchObject({ name: "HttpFailure", sent: false });
  await near.transport.close();
  server.close();
});

test.each([[404], [410]])(`${covers("MH-9")} (%i)`, async (status) => {
  await using server = await HttpTestServer.start();
  let calls = 0;
  server.handle(
    handshake((request, response, body) => {
      calls += request.method === "POST" ? 1 : 0;
      if (request.method === "DELETE" || calls > 10) endJson(response, request.method === "POST" ? resultOf(body) : "");
      else response.writeHead(status).end();
    }),
  );
  await using connection = await openMcpConnection({ url: server.url });

  const calling = Array.from({ length: 10 }, () => connection.callTool("echo"));

  expect(await Promise.all(calling)).toEqual(Array.from({ length: 10 }, () => done));
  expect(server.count("initialize")).toBe(2);
});

test("an event that is no message does not end its stream", async () => {
  await using server = await HttpTestServer.start(
    handshake((_request, response, body) => {
      const noise = `data: {\n\ndata: {"a":1}\n\nevent: other\ndata: ${resultOf(body, "other")}\n\ndata:\n\ndata: [${resultOf(body)}]\n\n`;
      beginEvents(response).end(noise);
    }),
  );
  await using near = await TestClient.connect(server.url);

  expect(await near.call()).toEqual(done);
  expect(near.errors).toHaveLength(2);
});

test.each([
  ["a result that is none", (body: string) => `{"jsonrpc":"2.0","id":${idOf(body)},"result":7}`],
  ["an error without a code", (body: string) => `{"jsonrpc":"2.0","id":${idOf(body)},"error":{}}`],
])("%s fails the call, as JSON and in a stream that goes on", async (_what, text) => {
  let asEvents = false;
  await using server = await HttpTestServer.start(
    handshake((request, response, body) => {
      if (request.method === "DELETE") response.end();
      else if (asEvents) beginEvents(response).write(`data: ${text(body)}\n\n`);
      else endJson(response, text(body));
    }),
  );
  await using connection = await openMcpConnection({ url: server.url, callTimeout: null });

  await expect(connection.callTool("echo")).rejects.toMatchObject({ code: "MCP_PROTOCOL" });
  asEvents = true;
  await expect(connection.callTool("echo")).rejects.toMatchObject({ code: "MCP_PROTOCOL" });
});

test("an answer to another request fails the call, and one whose id became a string does not", async () => {
  await using server = await HttpTestServer.start(
    handshake((_request, response, body) => {
      const id = body.includes("renamed") ? `"${idOf(body)}"` : "4711";
      endJson(response, resultOf(body).replace(/"id":\d+/, `"id":${id}`));
    }),
  );
  await using near = await TestClient.connect(server.url);

  expect(await near.call()).toMatchObject({ code: "CLIENT_HTTP_UNEXPECTED_CONTENT" });
  expect(await near.call("renamed")).toEqual(done);
});

test("what the server asks for and tells on the stream of a call goes to the client", async () => {
  await using server = await HttpTestServer.start(
    handshake((_request, response, body) => {
      const { params } = JSON.parse(body) as { params: { _meta: { progressToken: number } } };
      const { progressToken } = params._meta;
      const progress = { jsonrpc: "2.0", method: "notifications/progress", params: { progressToken, progress: 1 } };
      beginEvents(response).write(`data: ${JSON.stringify(progress)}\n\n`);
      response.end(`data: ${resultOf(body)}\n\n`);
    }),
  );
  await using near = await TestClient.connect(server.url);
  const heard: number[] = [];

  await near.client.callTool({ name: "echo" }, { onprogress: ({ progress }) => heard.push(progress) });

  expect(heard).toEqual([1]);
});

test("an answer of many bytes, split anywhere, comes whole", async () => {
  const text = "é€😀".repeat(500);
  await using server = await HttpTestServer.start(
    handshake((_request, response, body) => {
      const bytes = Buffer.from(`data: ${resultOf(body, text)}\r\n\r\n`);
      beginEvents(response);
      for (let at = 0; at < bytes.length; at += 3) response.write(bytes.subarray(at, at + 3));
      response.end();
    }),
  );
  await using near = await TestClient.connect(server.url);

  expect(await near.call()).toEqual({ content: [{ type: "text", text }] });
});

test("what a server says before its answer is not taken for it", async () => {
  await using server = await HttpTestServer.start(
    handshake((_request, response, body) => {
      response.writeProcessing();
      response.writeEarlyHints({ link: "</style.css>; rel=preload" }, () => endJson(response, resultOf(body)));
    }),
  );
  await using near = await TestClient.connect(server.url);

  expect(await near.call()).toEqual(done);
});

test("a request that is merely accepted has no answer, and is told at once", async () => {
  await using server = await HttpTestServer.start(handshake((_request, response) => response.writeHead(202).end()));
  await using near = await TestClient.connect(server.url);

  expect(await near.call()).toMatchObject({ message: "the server answered HTTP 202", data: { status: 202 } });
});
