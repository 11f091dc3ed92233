import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { moveOnAfter, run } from "@holdfast/concurrency";
import { InMemoryTransport, type Transport } from "@modelcontextprotocol/client";
import { Agent } from "undici";
import { expect, test } from "vitest";
import { type McpOpenFailedError, openMcpConnection } from "../src/index.ts";
import { type Handler, handshake, HttpTestServer } from "./fixtures/http-server.ts";
import { createTools, ToolProbe } from "./fixtures/tools.ts";
import { soon } from "./fixtures/soon.ts";

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const page: Handler = (_request, response) => {
  response.writeHead(200, { "content-type": "text/html" }).end("<h1>It works</h1>");
};
const garbage: Handler = (_request, response) => {
  response.writeHead(200, { "content-type": "application/json" }).end("{ not json");
};
const otherJson: Handler = (_request, response) => {
  response.writeHead(200, { "content-type": "application/json" }).end('{ "hello": "world" }');
};
const notFound: Handler = (_request, response) => {
  response.writeHead(404, { "content-type": "text/html" }).end("<h1>Not found</h1>");
};
const hangUp: Handler = (request) => request.socket.destroy();
const silentStream: Handler = (_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" }).end();
};
const refusal: Handler = (_request, response, body) => {
  const { id } = JSON.parse(body) as { id: number };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32_600, message: "too old\u001b[2J" } }));
};

test.each([
  ["a page", page, "its answer is not MCP"],
  ["garbage", garbage, "its answer is not MCP"],
  ["other JSON", otherJson, "its answer is not MCP"],
  ["404", notFound, "it answered HTTP 404"],
  ["a reset", hangUp, "it closed the connection during the handshake"],
  ["a stream without an answer", silentStream, "it closed the connection during the handshake"],
  ["a refusal", refusal, 'it refused with error -32600: "too old\\u001b[2J"'],
])("fails with MCP_OPEN_FAILED when the server answers with %s", async (_what, handler, found) => {
  await using server = await HttpTestServer.start(handler);

  const opening = openMcpConnection({ url: server.url, connectTimeout: null });

  await expect(opening).rejects.toMatchObject({
    code: "MCP_OPEN_FAILED",
    kind: "open-failed",
    mayHaveRun: false,
    message: `connecting to ${server.url}: ${found}`,
    cause: expect.any(Error),
  });
});

test("fails with MCP_OPEN_FAILED when nobody listens", async () => {
  const opening = openMcpConnection({ url: `http://127.0.0.1:${await closedPort()}/mcp` });

  await expect(opening).rejects.toThrow(
    "it could not be reached (ECONNREFUSED); start the server, or check its address",
  );
  await expect(opening).rejects.toMatchObject({ code: "MCP_OPEN_FAILED" });
});

test("fails with MCP_OPEN_FAILED when what listens does not speak HTTP", async () => {
  const server = createServer((socket) => socket.end("SSH-2.0-OpenSSH_9\r\n")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const opening = openMcpConnection({ url: `http://127.0.0.1:${port}/mcp` });

  await expect(opening).rejects.toThrow("its answer is not HTTP; check the address");
  server.close();
});

test("says what it was when the address cannot even be tried", async () => {
  const dispatcher = new Agent({ connect: (_options, callback) => callback(new Error("the tunnel is down"), null) });

  const opening = openMcpConnection({ url: "http://127.0.0.1:1/mcp", dispatcher });

  await expect(opening).rejects.toThrow('it failed with "the tunnel is down"');
  await dispatcher.close();
});

test("fails with MCP_OPEN_FAILED when the handshake takes longer than connectTimeout, and lets go of the socket", async () => {
  await using server = await HttpTestServer.start(() => {});

  const opening = openMcpConnection({ url: server.url, connectTimeout: 20 });

  await expect(opening).rejects.toThrow("no connection within 20 ms");
  await expect.poll(() => server.sockets.size, soon).toBe(0);
});

test("an opening that is cancelled closes what it opened", async () => {
  await using server = await HttpTestServer.start(() => {});

  const connection = await run(() => moveOnAfter(20, () => openMcpConnection({ url: server.url })));

  expect(connection).toBeUndefined();
  await expect.poll(() => server.sockets.size, soon).toBe(0);
});

test("ends the session of a handshake that fails half-way", async () => {
  await using server = await HttpTestServer.start(
    handshake((request, response) => response.writeHead(request.method === "DELETE" ? 200 : 500).end()),
  );
  const played = handshake((_request, response) => response.writeHead(200).end());
  server.handle((request, response, body) => {
    if (body.includes("notifications/initialized")) response.writeHead(500).end();
    else played(request, response, body);
  });

  const opening = openMcpConnection({ url: server.url });

  await expect(opening).rejects.toThrow("it answered HTTP 500");
  expect(server.received.at(-1)).toBe("DELETE");
});

test("one failure goes to all who wait for the opening, and the next call tries again", async () => {
  await using server = await HttpTestServer.start(notFound);
  await using connection = await openMcpConnection({ url: server.url, lazy: true });

  const first = await Promise.allSettled([1, 2, 3].map(() => connection.callTool("echo", { text: "hello" })));
  server.handle(undefined);
  const second = await connection.callTool("echo", { text: "hello" });

  const reasons = first.map((result) => (result as PromiseRejectedResult).reason as McpOpenFailedError);
  expect(new Set(reasons).size).toBe(1);
  expect(reasons[0]?.code).toBe("MCP_OPEN_FAILED");
  expect(second.content).toEqual([{ type: "text", text: "hello" }]);
  expect(server.count("initialize")).toBe(2);
});

test("connects before it resolves, and with lazy on first use", async () => {
  await using server = await HttpTestServer.start();

  await using eager = await openMcpConnection({ url: server.url });
  await using lazy = await openMcpConnection({ url: server.url, lazy: true });

  expect([eager.statistics().state, lazy.statistics().state]).toEqual(["ready", "idle"]);
  expect(server.count("initialize")).toBe(1);
});

test("tells the server its name and version, which are those of the package", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const bodies: string[] = [];
  const played = handshake(() => {});
  await using server = await HttpTestServer.start((request, response, body) => {
    bodies.push(body);
    played(request, response, body);
  });

  await using _connection = await openMcpConnection({ url: server.url, closeTimeout: 0 });

  const [, initialize = ""] = bodies;
  expect(JSON.parse(initialize)).toMatchObject({ params: { clientInfo: { name: "holdfast", version } } });
});

test("opens a transport of one's own for each generation, and tells which", async () => {
  const generations: number[] = [];
  const far: InMemoryTransport[] = [];
  await using connection = await openMcpConnection({
    name: "memory",
    async open({ generation }) {
      const [near, server] = InMemoryTransport.createLinkedPair();
      generations.push(generation);
      far.push(server);
      await createTools(new ToolProbe()).connect(server);
      return near;
    },
  });

  await far[0]?.close();
  const result = await connection.callTool("echo", { text: "hello" });

  expect(result.content).toEqual([{ type: "text", text: "hello" }]);
  expect(generations).toEqual([1, 2]);
});

test("a server that goes right after the handshake fails the opening, once, and is not opened again and again", async () => {
  let openings = 0;
  const opening = openMcpConnection({
    async open() {
      openings += 1;
      const [near, far] = InMemoryTransport.createLinkedPair();
      const server = createTools(new ToolProbe());
      await server.connect(far);
      server.server.oninitialized = () => void far.close();
      return near;
    },
  });

  await expect(opening).rejects.toThrow("it closed the connection during the handshake");
  expect(openings).toBe(1);
});

test("a transport that comes after the opening was given up is closed", async () => {
  const { promise: late, resolve } = Promise.withResolvers<Transport>();
  const closed = Promise.withResolvers<string>();
  const transport: Transport = {
    start: () => Promise.reject(new Error("started")),
    send: () => Promise.reject(new Error("sent")),
    close: async () => closed.resolve("closed"),
  };
  const aborted: boolean[] = [];
  const opening = openMcpConnection({
    connectTimeout: 10,
    open({ signal }) {
      signal.addEventListener("abort", () => aborted.push(true));
      return late;
    },
  });

  await expect(opening).rejects.toMatchObject({ code: "MCP_OPEN_FAILED" });
  resolve(transport);

  await expect(closed.promise).resolves.toBe("closed");
  expect(aborted).toEqual([true]);
});

test("an error of the open function is the cause of the failure", async () => {
  const mine = new Error("no tunnel");

  const opening = openMcpConnection({
    open() {
      throw mine;
    },
  });

  await expect(opening).rejects.toMatchObject({ code: "MCP_OPEN_FAILED", cause: mine });
});
