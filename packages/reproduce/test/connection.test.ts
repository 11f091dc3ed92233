import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";
import { createServer } from "node:net";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { type LevelResult, reproduce, type ReproduceOptions } from "../src/index.ts";
import { openHttpServer, openTestServer, type TestServer } from "./test-server.ts";

const clean = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nclean";

describe("a response that is cut after the signature is a reset and no hit", () => {
  const framings = [
    ["with its length known", "content-length: 99\r\n\r\ncancel scope"],
    ["in chunks", "transfer-encoding: chunked\r\n\r\nc\r\ncancel scope\r\n"],
    [
      "in chunks, the last before a close",
      "connection: close\r\ntransfer-encoding: chunked\r\n\r\nc\r\ncancel scope\r\n",
    ],
  ] as const;
  const untilClosed = ["that lasts as long as its connection", "connection: close\r\n\r\ncancel scope"] as const;

  test.each([...framings, untilClosed])("by a reset of the connection, %s", async (_framing, response) => {
    await using server = await openRawServer([`HTTP/1.1 200 OK\r\n${response}`, clean], "reset");

    const level = await measure(server, { requests: 2 });

    expect(level).toMatchObject({ answered: 1, hits: 0, failures: { refused: 0, reset: 1, timeout: 0, other: 0 } });
  });

  test.each(framings)("by an end of the connection, %s", async (_framing, response) => {
    await using server = await openRawServer([`HTTP/1.1 200 OK\r\n${response}`, clean], "end");

    const level = await measure(server, { requests: 2 });

    expect(level).toMatchObject({ answered: 1, hits: 0, failures: { refused: 0, reset: 1, timeout: 0, other: 0 } });
  });
});

test("a response that lasts as long as its connection is complete when that ends", async () => {
  await using server = await openRawServer(["HTTP/1.1 200 OK\r\nconnection: close\r\n\r\ncancel scope"], "end");

  const level = await measure(server, { requests: 1 });

  expect(level).toMatchObject({ answered: 1, hits: 1 });
});

test("a connection that ends without a response is a reset, and nothing is sent again", async () => {
  let connections = 0;
  await using server = await openHttpServer((response) => {
    connections += 1;
    if (connections === 2) response.socket?.destroy();
    else response.end("clean");
  });

  const level = await measure(server, { requests: 4 });

  expect(level).toMatchObject({ answered: 3, failures: { refused: 0, reset: 1, timeout: 0, other: 0 } });
  expect(server.requests).toBe(4);
});

test("a server that has stopped listening refuses", async () => {
  await using server = await openHttpServer((response) => {
    server.stopListening();
    response.setHeader("connection", "close").end("cancel scope");
  });

  const level = await measure(server, { requests: 3 });

  expect(level).toMatchObject({ answered: 1, hits: 1, failures: { refused: 2, reset: 0, timeout: 0, other: 0 } });
});

test("what is not HTTP is a failure of another kind", async () => {
  await using server = await openRawServer(["SSH-2.0-x\r\n", clean], "end");

  const level = await measure(server, { requests: 2 });

  expect(level).toMatchObject({ answered: 1, failures: { refused: 0, reset: 0, timeout: 0, other: 1 } });
});

test.each(["", "cancel scope"])(`${covers("RP-1")} (it stops after '%s')`, async (begun) => {
  await using server = await openHttpServer((response, index) => {
    if (index === 1) response.flushHeaders();
    if (index === 1) response.write(begun);
    else response.end("clean");
  });

  const level = await measure(server, { requests: 3, timeoutMs: 500 });

  expect(level).toMatchObject({ answered: 2, hits: 0, failures: { refused: 0, reset: 0, timeout: 1, other: 0 } });
});

test("an answer in many parts has one limit for all of them", async () => {
  await using server = await openHttpServer((response, index) => {
    if (index === 0) return response.end();
    const timer = setInterval(() => response.write("still there "), 20);
    return response.on("close", () => clearInterval(timer));
  });

  const level = await measure(server, { requests: 2, timeoutMs: 500 });

  expect(level.failures.timeout).toBe(1);
});

test("each request has the whole of its time", async () => {
  await using server = await openHttpServer((response, index) => {
    if (index < 8) setTimeout(() => response.end(), 80);
  });

  const level = await measure(server, { requests: 9, timeoutMs: 400 });

  expect(level).toMatchObject({ answered: 8, failures: { timeout: 1 } });
});

test("a connection that does not come about ends with the time limit, and its socket with it", async () => {
  await using server = await openTestServer(
    createServer((socket) => socket.resume()),
    "https",
  );

  const handshake = reproduce({ url: server.url, signature: "x", requests: 2, concurrency: 2, timeoutMs: 50 });

  await expect(handshake).rejects.toMatchObject({
    code: "REPRODUCE_UNREACHABLE",
    cause: { message: "no complete response after 50 ms" },
  });
  await server.waitClosed(2);
  expect(server).toMatchObject({ socketsOpened: 2, socketsOpen: 0 });
});

test("an interim response is not taken for the answer", async () => {
  await using server = await openRawServer([`HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n${clean}`], "end");

  const level = await measure(server, { requests: 1 });

  expect(level).toMatchObject({ answered: 1, statuses: { 200: 1 } });
});

test("a redirect is an answer like any other", async () => {
  await using server = await openHttpServer((response) =>
    response.writeHead(302, { location: "/b" }).end("cancel scope"),
  );

  const level = await measure(server, { requests: 2 });

  expect(level).toMatchObject({ hits: 2, statuses: { 302: 2 } });
  expect(server.requests).toBe(2);
});

describe("over https", () => {
  const trusted = getCACertificates("default");
  const key = readFileSync(join(import.meta.dirname, "fixtures/localhost.pem"));
  beforeAll(() => setDefaultCACertificates([...trusted, key.toString()]));
  afterAll(() => setDefaultCACertificates(trusted));

  test("each request in flight has a connection of its own, even to a server that could share one", async () => {
    const waiting: (() => void)[] = [];
    const secure = createSecureServer({ key, cert: key, allowHTTP1: true }, (request, response) => {
      waiting.push(() => response.end(`cancel scope over HTTP/${request.httpVersion}`));
      if (waiting.length === 3) for (const answer of waiting.splice(0)) answer();
    });
    await using server = await openTestServer(secure, "https");

    const level = await measure(server, { requests: 6, concurrency: 3 });

    expect(level).toMatchObject({ answered: 6, hits: 6 });
    expect(level.samples[0]?.body).toBe("cancel scope over HTTP/1.1");
    expect(server.socketsOpened).toBe(3);
  });

  test("a host is asked for by its name", async () => {
    const names: (string | false | null)[] = [];
    const secure = createSecureServer({ key, cert: key, allowHTTP1: true }, (_request, response) => response.end());
    secure.on("secureConnection", (socket) => names.push(socket.servername));
    await using server = await openTestServer(secure, "https");
    const byName = server.url.replace("127.0.0.1", "localhost");

    for (const url of [byName, server.url]) await reproduce({ url, signature: "x", requests: 1, concurrency: 1 });

    expect(names).toEqual(["localhost", false]);
  });
});

/** Sends one request after another unless told otherwise. */
async function measure(
  server: TestServer,
  options: Partial<ReproduceOptions> & { requests: number },
): Promise<LevelResult> {
  const { levels } = await reproduce({ url: server.url, signature: "cancel scope", concurrency: 1, ...options });
  return levels[0] as LevelResult;
}

/** Writes the next of the responses on each new connection, then has done with the connection. */
async function openRawServer(responses: readonly string[], by: "reset" | "end"): Promise<TestServer> {
  const left = [...responses];
  const server = createServer((socket) => {
    socket.once("data", () => {
      socket.write(left.shift() ?? "", () =>
        by === "reset" && left.length > 0 ? socket.resetAndDestroy() : socket.end(),
      );
    });
  });
  return openTestServer(server);
}
