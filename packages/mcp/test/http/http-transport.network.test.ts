import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { Agent, buildConnector } from "undici";
import { Client } from "@modelcontextprotocol/client";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { afterEach, expect, test } from "vitest";
import { covers } from "../../../../spec/covers.ts";
import { openMcpConnection } from "../../src/index.ts";
import { HttpTransport } from "../../src/http/http-transport.ts";
import { beginEvents, endJson, resultOf, TestClient } from "../fixtures/answers.ts";
import { cert, key } from "../fixtures/certificate.ts";
import { type Handler, handshake, HttpTestServer } from "../fixtures/http-server.ts";
import { soon } from "../fixtures/soon.ts";
import { createTools, ToolProbe } from "../fixtures/tools.ts";

const done = { content: [{ type: "text", text: "done" }] };
const answering = handshake((_request, response, body) =>
  body === "" ? response.end() : endJson(response, resultOf(body)),
);

afterEach(() => {
  for (const name of ["http_proxy", "https_proxy", "no_proxy"]) delete process.env[name];
});

test.each([
  [307, "/mcp/new"],
  [308, "http://HOST/mcp/new?a=b"],
])(`${covers("MH-15")} (%i to %s)`, async (status, location) => {
  const paths: unknown[] = [];
  await using server = await HttpTestServer.start((request, response, body) => {
    paths.push(request.url);
    const target = location.replace("HOST", String(request.headers.host));
    if (request.url === "/mcp") response.writeHead(status, { location: target }).end("moved");
    else answering(request, response, body);
  });
  await using near = await TestClient.connect(server.url);

  expect(await near.call()).toEqual(done);
  expect(server.count("tools/call")).toBe(2);
  expect(paths).toContain(location.replace(/^.*HOST/, ""));
});

test.each([
  ["to another origin", 307, "http://127.0.0.2:9/mcp"],
  ["to another scheme", 308, "https://127.0.0.1/mcp"],
  ["that would make it a GET", 302, "/mcp/new"],
  ["that would make it a GET", 303, "/mcp/new"],
  ["with a password", 307, "http://a:b@HOST/mcp/new"],
  ["to nowhere", 307, ""],
  ["in a circle", 307, "/mcp"],
])(`${covers("MH-15")} (one %s is refused)`, async (_how, status, location) => {
  await using server = await HttpTestServer.start();
  const play = handshake((request, response) => {
    const target = location.replace("HOST", String(request.headers.host));
    response.writeHead(status, target === "" ? {} : { location: target }).end();
  });
  server.handle(play);
  await using near = await TestClient.connect(server.url);

  expect(await near.call()).toMatchObject({ name: "SdkHttpError", status });
  expect(server.count("tools/call")).toBe(location === "/mcp" ? 6 : 1);
});

const long = "x".repeat(3_000);
test.each([
  ["header", (_request, response) => response.writeHead(200, { "x-long": long }).end()],
  ["body", (_request, response, body) => endJson(response, resultOf(body, long))],
  ["event", (_request, response, body) => beginEvents(response).write(`data: ${resultOf(body, long)}`)],
] as [string, Handler][])(`${covers("MH-16")} (%s)`, async (what, handler) => {
  await using server = await HttpTestServer.start();
  const play = handshake(handler);
  server.handle((request, response, body) =>
    request.method === "DELETE" ? response.end() : play(request, response, body),
  );
  const limits = { header: 2_000, body: 2_000, event: 2_000 };
  await using connection = await openMcpConnection({ url: server.url, callTimeout: null, limits });

  const call = connection.callTool("echo");

  await expect(call).rejects.toMatchObject({
    code: "MCP_PROTOCOL",
    cause: { name: "HttpLimitError", what, limit: 2_000 },
  });
  await expect(call).rejects.toThrow(`the ${what} of the answer is longer than 2000 bytes; raise limits.${what}`);
});

test("an opening whose answer is too long says which limit to raise", async () => {
  await using server = await HttpTestServer.start((_request, response) => endJson(response, long));

  const opening = openMcpConnection({ url: server.url, limits: { body: 100 } });

  await expect(opening).rejects.toMatchObject({ code: "MCP_OPEN_FAILED" });
  await expect(opening).rejects.toThrow("longer than 100 bytes; raise limits.body");
});

/** Listens on a port of its own, and gives how to stop, which breaks the tunnels too. */
async function listen(server: Server): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A proxy that sends everything to one port of this machine, and notes what it was asked for. */
async function startProxy(port: number): Promise<{ url: string; asked: string[] } & AsyncDisposable> {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(String(request.url));
    void text(request).then(async (body) => {
      const init = { method: String(request.method), headers: request.headers as Record<string, string> };
      delete init.headers["connection"];
      const target = `http://127.0.0.1:${port}${new URL(String(request.url)).pathname}`;
      const answer = await fetch(target, request.method === "POST" ? { ...init, body } : init);
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
    });
  });
  proxy.on("connect", (request, near, head) => {
    asked.push(String(request.url));
    const far = connect(port, "127.0.0.1", () => {
      near.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      far.write(head);
      far.pipe(near).pipe(far);
    });
    for (const socket of [near, far]) socket.on("error", () => {});
  });
  const listening = await listen(proxy);
  return { ...listening, url: `http://127.0.0.1:${listening.port}`, asked };
}

test(`${covers("MH-19")} (http)`, async () => {
  await using server = await HttpTestServer.start(answering);
  await using proxy = await startProxy(Number(new URL(server.url).port));
  process.env["http_proxy"] = proxy.url;
  await using near = await TestClient.connect("http://mcp.test/mcp");
  await using direct = await TestClient.connect(server.url);

  expect(await near.call()).toEqual(done);
  expect(await direct.call()).toEqual(done);
  expect(new Set(proxy.asked)).toEqual(new Set(["http://mcp.test/mcp"]));
});

/** A server that speaks TLS with the test's own certificate. */
function startTls(): Promise<{ port: number } & AsyncDisposable> {
  const server = createTlsServer({ key, cert }, (request, response) => {
    void text(request).then((body) => answering(request, response, body));
  });
  return listen(server);
}

test(`${covers("MH-19")} (https)`, async () => {
  await using server = await startTls();
  await using proxy = await startProxy(server.port);
  process.env["https_proxy"] = proxy.url;
  await using near = await TestClient.connect("https://mcp.test/mcp", { tls: { ca: cert } });

  expect(await near.call()).toEqual(done);
  expect(new Set(proxy.asked)).toEqual(new Set(["mcp.test:443"]));
});

test(covers("MH-23"), async () => {
  await using server = await startTls();
  const url = `https://127.0.0.1:${server.port}/mcp`;
  await using trusting = await TestClient.connect(url, { tls: { ca: cert } });

  expect(await trusting.call()).toEqual(done);
  await expect(openMcpConnection({ url })).rejects.toThrow('it failed with "self-signed certificate');
});

test(covers("MH-20"), async () => {
  await using server = await HttpTestServer.start(answering);
  const dispatcher = new Agent({ connections: 2 });
  const requests: string[] = [];
  const counting = dispatcher.compose((dispatch) => (options, handler) => {
    requests.push(options.method);
    return dispatch(options, handler);
  });
  const connection = await openMcpConnection({ url: server.url, dispatcher: counting });

  await Promise.all(Array.from({ length: 20 }, () => connection.callTool("echo")));
  await connection.close();

  expect(requests.length).toBe(server.received.length);
  expect(dispatcher.closed).toBe(false);
  await dispatcher.close();
});

test("what is under way is let go of when the transport is closed, and the dispatcher that was given is not", async () => {
  await using server = await HttpTestServer.start(handshake((_request, response) => beginEvents(response)));
  const dispatcher = new Agent();
  const near = await TestClient.connect(server.url, { dispatcher });
  const call = near.call();
  await expect.poll(() => server.count("tools/call"), soon).toBe(1);

  await near.client.close();

  expect(await call).toBeInstanceOf(Error);
  await expect.poll(() => server.streams, soon).toBe(0);
  await dispatcher.close();
});

test("a call for which the dispatcher makes no connection is unsent", async () => {
  await using server = await HttpTestServer.start(answering);
  const connector = buildConnector({});
  let isDown = false;
  const dispatcher = new Agent({
    connect: (options, callback) => {
      if (isDown) callback(new Error("the tunnel is down"), null);
      else connector(options, callback);
    },
  });
  await using connection = await openMcpConnection({ url: server.url, dispatcher, closeTimeout: 100 });
  await server.pause();
  isDown = true;

  const call = connection.callTool("echo");

  await expect(call).rejects.toMatchObject({ code: "MCP_CONNECTION_LOST", kind: "unsent" });
  await dispatcher.destroy();
});

test("a second handshake does not name the session of the first", async () => {
  const sessions: unknown[] = [];
  await using server = await HttpTestServer.start((request, response, body) => {
    sessions.push(request.headers["mcp-session-id"]);
    answering(request, response, body);
  });
  await using near = new TestClient(server.url);
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1.0.0" } };

  await near.transport.send({ jsonrpc: "2.0", id: 1, method: "initialize", params });
  await near.transport.send({ jsonrpc: "2.0", id: 2, method: "initialize", params });
  await near.transport.send({ jsonrpc: "2.0", id: 3, method: "ping" });

  expect(sessions).toEqual([undefined, undefined, "played"]);
  await near.transport.close();
});

test.each([["2025-03-26"], ["2025-06-18"], ["2025-11-25"]])(`${covers("MH-22")} (%s)`, async (protocolVersion) => {
  const heard: IncomingHttpHeaders[] = [];
  await using server = await HttpTestServer.start((request, response, body) => {
    heard.push(request.headers);
    answering(request, response, body.replace(/"protocolVersion":"[^"]*"/, `"protocolVersion":"${protocolVersion}"`));
  });
  const headers = new Headers({ authorization: "Bearer key", accept: "text/plain" });
  await using near = await TestClient.connect(server.url, { headers });

  expect(await near.call()).toEqual(done);
  await expect.poll(() => heard.length, soon).toBe(4);

  const [first = {}, second, ...others] = heard;
  expect(first).toMatchObject({
    accept: "text/plain, application/json, text/event-stream",
    authorization: "Bearer key",
    "content-type": "application/json",
    "user-agent": "holdfast",
  });
  expect([first["mcp-session-id"], first["mcp-protocol-version"]]).toEqual([undefined, undefined]);
  for (const after of [second, ...others]) {
    expect(after).toMatchObject({ "mcp-session-id": "played", "mcp-protocol-version": protocolVersion });
    expect(after).not.toHaveProperty("mcp-method");
  }
});

test(`${covers("MH-22")} (2026-07-28)`, async () => {
  const heard: IncomingHttpHeaders[] = [];
  const probe = new ToolProbe();
  const handler = createMcpHandler(() => createTools(probe));
  await using server = await HttpTestServer.start((request, response, body) => {
    heard.push(request.headers);
    const headers = request.headers as Record<string, string>;
    void handler.fetch(new Request(server.url, { method: "POST", headers, body })).then(async (answer) => {
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
    });
  });
  const transport = new HttpTransport(new URL(server.url));
  const client = new Client(
    { name: "test", version: "1.0.0" },
    { versionNegotiation: { mode: { pin: "2026-07-28" } } },
  );
  await client.connect(transport);

  const result = await client.callTool({ name: "echo", arguments: { text: "hi" } });

  expect(result.content).toEqual([{ type: "text", text: "hi" }]);
  expect(heard.at(-1)).toMatchObject({
    "mcp-method": "tools/call",
    "mcp-name": "echo",
    "mcp-protocol-version": "2026-07-28",
  });
  expect(server.count("GET")).toBe(0);
  await client.close();
});
