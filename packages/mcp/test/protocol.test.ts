import { randomUUID } from "node:crypto";
import type { Transport } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { type McpProtocol, openMcpConnection } from "../src/index.ts";
import { openFaultyHttpServer } from "../src/testing/index.ts";
import { handshake, type Handler, HttpTestServer } from "./fixtures/http-server.ts";
import { startModernServer } from "./fixtures/modern-http-server.ts";
import { npmServers } from "./fixtures/npm-servers.ts";
import { discovered, greeting, PlayedServer } from "./fixtures/played-server.ts";
import { countMarked, createMark, expectNothingLeft } from "./fixtures/processes.ts";
import { soon } from "./fixtures/soon.ts";
import { fixture, oddServer, textOf } from "./fixtures/stdio.ts";

expectNothingLeft();

const node = process.execPath;
const versions = ["2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"] as const;

/** An address of the server of which nothing is known: a test before may have had the same port. */
function unknown(url: string): string {
  return `${url}/${randomUUID()}`;
}

/** A server as a process, and the mark in its command line. */
function marked(file: string, ...args: string[]): { command: string; args: string[]; mark: string } {
  const mark = createMark();
  return { command: node, args: [fixture(file), ...args, mark], mark };
}

test.each(versions)("speaks %s with a server that speaks nothing else", async (version) => {
  await using server = await openFaultyHttpServer({ versions: [version] });
  await using connection = await openMcpConnection({ url: server.url });

  const { protocolVersion } = await connection.server();
  const { content } = await connection.callTool("echo", { text: "a" });

  expect(protocolVersion).toBe(version);
  expect(content).toEqual([{ type: "text", text: "a" }]);
});

test.each(versions)("speaks %s when that is asked for, with a server that speaks all", async (version) => {
  await using server = await openFaultyHttpServer();
  await using connection = await openMcpConnection({ url: server.url, protocol: version });

  const { protocolVersion } = await connection.server();

  expect(protocolVersion).toBe(version);
  expect(server.counts().initializes).toBe(version === "2026-07-28" ? 0 : 1);
});

test("speaks the newest revision with sessions when `legacy` is asked for, and the newest of all otherwise", async () => {
  await using server = await openFaultyHttpServer();
  await using legacy = await openMcpConnection({ url: server.url, protocol: "legacy" });
  await using newest = await openMcpConnection({ url: unknown(server.url) });

  const spoken = await Promise.all([legacy.server(), newest.server()]);

  expect(spoken.map(({ protocolVersion }) => protocolVersion)).toEqual(["2025-11-25", "2026-07-28"]);
});

test.each<[McpProtocol, readonly string[], string]>([
  ["2025-03-26", ["2025-11-25"], "it does not speak protocol 2025-03-26, but 2025-11-25"],
  ["2025-11-25", ["2025-06-18"], "it does not speak protocol 2025-11-25, but 2025-06-18"],
  ["2026-07-28", ["2025-11-25"], "it does not speak protocol 2026-07-28, and does not say what it speaks"],
])("fails with MCP_OPEN_FAILED for %s on a server of %s, and says what it found", async (protocol, spoken, found) => {
  await using server = await openFaultyHttpServer({ versions: spoken });

  const opening = openMcpConnection({ url: server.url, protocol });

  await expect(opening).rejects.toMatchObject({ code: "MCP_OPEN_FAILED" });
  await expect(opening).rejects.toThrow(found);
  await expect.poll(() => server.counts(), soon).toMatchObject({ sessionsOpen: 0, socketsOpen: 0 });
});

test.each<McpProtocol>(["legacy", "2025-11-25"])(
  "fails with MCP_OPEN_FAILED for %s on a server of 2026-07-28, over HTTP and stdio, and says that it speaks that",
  async (protocol) => {
    await using http = await startModernServer();
    const { mark, ...stdio } = marked("modern-stdio-server.ts", "alone");

    const openings = [openMcpConnection({ url: http.url, protocol }), openMcpConnection({ ...stdio, protocol })];
    const outcomes = await Promise.allSettled(openings);

    const reason = {
      code: "MCP_OPEN_FAILED",
      message: expect.stringContaining(`it does not speak protocol ${protocol}, but 2026-07-28`) as string,
    };
    expect(outcomes).toMatchObject([{ reason }, { reason }]);
    expect(countMarked(mark)).toBe(0);
  },
);

test("opens a server of 2026-07-28 over HTTP with one request, and ends no session", async () => {
  await using server = await startModernServer();
  await using connection = await openMcpConnection({ url: unknown(server.url) });

  const result = await connection.callTool("echo", { text: "a" });
  await connection.close();

  expect(textOf(result)).toBe("a");
  expect(server.received).toEqual(["server/discover", "tools/call"]);
});

test.each(["alone", "both"])("opens a server of 2026-07-28 over stdio (%s), in one process", async (kind) => {
  const { mark, ...options } = marked("modern-stdio-server.ts", kind);
  await using connection = await openMcpConnection(options);

  const { protocolVersion } = await connection.server();

  expect(protocolVersion).toBe("2026-07-28");
  expect(countMarked(mark)).toBe(1);
});

const refusals: readonly (readonly [string, Handler])[] = [
  ["400", (_request, response) => response.writeHead(400).end("Bad Request: Server not initialized")],
  ["404", (_request, response) => response.writeHead(404).end()],
  ["405", (_request, response) => response.writeHead(405).end()],
  ["500", (_request, response) => response.writeHead(500).end("<h1>Oops</h1>")],
  ["202", (_request, response) => response.writeHead(202).end()],
  ["a page", (_request, response) => response.writeHead(200, { "content-type": "text/html" }).end("<h1>Hi</h1>")],
  ["bad JSON", (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end("{")],
  ["other JSON", (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end("[1]")],
  [
    "a result of something else",
    (_request, response, body) => {
      const { id } = JSON.parse(body) as { id: string };
      const result = { supportedVersions: ["2026-07-28"] };
      response.setHeader("content-type", "application/json").end(JSON.stringify({ jsonrpc: "2.0", id, result }));
    },
  ],
  ["an empty stream", (_request, response) => response.writeHead(200, { "content-type": "text/event-stream" }).end()],
  ["a reset", (request) => request.socket.resetAndDestroy()],
];

test.each(refusals)(
  "opens a legacy server that answers the question for its revision with %s",
  async (_what, refuse) => {
    const greets = handshake(() => {});
    await using server = await HttpTestServer.start((request, response, body) => {
      if (body.includes("server/discover")) refuse(request, response, body);
      else greets(request, response, body);
    });
    await using connection = await openMcpConnection({ url: unknown(server.url), closeTimeout: 100 });

    const { protocolVersion, name } = await connection.server();

    expect({ protocolVersion, name }).toEqual({ protocolVersion: "2025-11-25", name: "played" });
    expect(server.received.slice(0, 2)).toEqual(["server/discover", "initialize"]);
  },
);

test.each([401, 403])(
  "does not go on when the server answers %i, which says nothing of its revision",
  async (status) => {
    await using server = await HttpTestServer.start((_request, response) => response.writeHead(status).end());

    const opening = openMcpConnection({ url: unknown(server.url) });

    await expect(opening).rejects.toThrow(String(status));
    expect(server.received).toEqual(["server/discover"]);
  },
);

test.each(Object.entries(npmServers))(
  "opens %s from the registry, a legacy server, in one process",
  async (_name, create) => {
    using server = create();
    await using connection = await openMcpConnection(server.options);

    const { protocolVersion } = await connection.server();

    expect(protocolVersion).toBe("2025-11-25");
    expect(countMarked(server.mark)).toBe(1);
  },
);

test("a server that ends at the question is started a second time, and the next connection to it does not ask", async () => {
  const { mark, ...options } = marked("stdio-shy-server.ts");
  await using first = await openMcpConnection(options);
  await using second = await openMcpConnection({ ...options, onStderr: () => {} });

  const [before, after] = await Promise.all([first.server(), second.server()]);

  expect([before.name, after.name]).toEqual(["shy", "shy"]);
  expect(countMarked(mark)).toBe(2);
});

test("a server that says nothing to the question is greeted on the same transport", async () => {
  const mark = createMark();
  const options = { command: node, args: [...oddServer.args, mark] };
  await using connection = await openMcpConnection({ ...options, connectTimeout: 8_000 });

  const result = await connection.callTool("received");
  await using second = await openMcpConnection({ ...options });

  expect(textOf(result)).toBe("server/discover,initialize,notifications/initialized,received()");
  expect(textOf(await second.callTool("received"))).toBe("initialize,notifications/initialized,received()");
});

test("a server of 2026-07-28 that is late with its answer is opened by it, on a new transport", async () => {
  let isSlow = true;
  const server = new PlayedServer(({ id, method }, send) => {
    if (method === "server/discover" && !isSlow) return discovered;
    if (method !== "initialize") return undefined;
    isSlow = false;
    send({ id: "discover", result: discovered });
    send({ id, error: { code: -32_022, message: "no", data: { supported: ["2026-07-28"] } } });
    return undefined;
  });
  await using connection = await openMcpConnection({ open: () => server.connect(), connectTimeout: 400 });

  const { protocolVersion } = await connection.server();

  expect(protocolVersion).toBe("2026-07-28");
  expect(server.open).toBe(1);
});

test("what was remembered of a server is forgotten when it refuses to be opened that way", async () => {
  const server = new PlayedServer(({ id, method }, send) => {
    const isModern = server.count("initialize") > 1;
    if (method === "initialize" && !isModern) return greeting;
    if (method === "server/discover" && isModern) return discovered;
    return send({ id, error: { code: -32_601, message: "there is no such method" } });
  });
  const lost: (() => void)[] = [];
  await using connection = await openMcpConnection({
    open: () => {
      const transport = server.connect();
      lost.push(() => void transport.close());
      return transport;
    },
  });
  const before = await connection.server();

  lost[0]?.();
  await expect.poll(() => server.open).toBe(0);
  const after = await connection.server();

  expect([before.protocolVersion, after.protocolVersion]).toEqual(["2025-11-25", "2026-07-28"]);
  const asked = server.received.map(({ method }) => method);
  expect(asked).toEqual(["server/discover", "initialize", "initialize", "server/discover"]);
});

test("what was remembered of a server is forgotten when an opening by it fails", async () => {
  const server = PlayedServer.greeting(() => {});
  const transports: Transport[] = [];
  await using connection = await openMcpConnection({
    open: () => {
      const transport = server.connect();
      transports.push(transport);
      return transport;
    },
  });
  await transports[0]?.close();
  server.refusing = "initialize";

  const failed = await connection.server().catch((error: unknown) => error);
  await connection.server();

  expect(failed).toMatchObject({ code: "MCP_OPEN_FAILED" });
  expect(server.count("server/discover")).toBe(2);
});

test("refuses a revision that there is not", async () => {
  const opening = openMcpConnection({ url: "http://127.0.0.1:1/mcp", protocol: "2024-11-05" as McpProtocol });

  await expect(opening).rejects.toThrow(TypeError);
});

test.each([
  [1, "2026-07-28"],
  [Infinity, "2025-11-25"],
])(
  "a server that refuses the question, and names the revision that it was asked in, is asked once more (%s)",
  async (times, version) => {
    let refused = 0;
    const server = new PlayedServer(({ id, method }, send) => {
      if (method === "initialize") return greeting;
      if (method !== "server/discover" || refused++ >= times) return discovered;
      return send({ id, error: { code: -32_022, message: "no", data: { supported: ["2026-07-28"] } } });
    });

    await using connection = await openMcpConnection({ open: () => server.connect() });

    expect((await connection.server()).protocolVersion).toBe(version);
    expect(server.count("server/discover")).toBe(2);
  },
);
