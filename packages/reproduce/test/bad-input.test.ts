import { createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { type LevelResult, reproduce, type ReproduceOptions } from "../src/index.ts";
import { openHttpServer, openTestServer } from "./test-server.ts";

const clean = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nclean";

/** What a server does with the first request; with the second it answers. */
const misbehaviours: readonly (readonly [string, (socket: Socket) => unknown, keyof LevelResult["failures"]])[] = [
  ["resets at once", (socket) => socket.resetAndDestroy(), "reset"],
  ["hangs up at once", (socket) => socket.end(), "reset"],
  ["never answers", () => undefined, "timeout"],
  ["stops in the middle of a head", (socket) => socket.write("HTTP/1.1 200 OK\r\nconte"), "timeout"],
  ["hangs up in the middle of a head", (socket) => socket.end("HTTP/1.1 200 OK\r\nconte"), "reset"],
  ["hangs up in the middle of its first word", (socket) => socket.end("HT"), "reset"],
  [
    "hangs up in the middle of a body",
    (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nx"),
    "reset",
  ],
  ["answers with garbage", (socket) => socket.end(Buffer.alloc(1_000, 0x80)), "other"],
  ["answers with the head of another protocol", (socket) => socket.end("SSH-2.0-OpenSSH\r\n\r\n"), "other"],
  [
    "says two lengths",
    (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx"),
    "other",
  ],
  [
    "says no chunk size",
    (socket) => socket.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
    "other",
  ],
  ["has a head without an end", (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(1_000_000)}`), "other"],
];

test.each(misbehaviours)("a server that %s gives a row of the result", async (_what, misbehave, failure) => {
  let connections = 0;
  const raw = createServer((socket) => {
    const isFirst = connections++ === 0;
    socket.on("data", () => (isFirst ? misbehave(socket) : socket.write(clean)));
  });
  await using server = await openTestServer(raw);

  const level = await measure({ url: server.url, requests: 2, timeoutMs: 400 });

  const failures = { refused: 0, reset: 0, timeout: 0, other: 0, [failure]: 1 };
  expect(level).toMatchObject({ requests: 2, answered: 1, hits: 0, failures });
});

test("a response without a length counts when its connection ends", async () => {
  const raw = createServer((socket) => {
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\n\r\na cancel scope"));
  });
  await using server = await openTestServer(raw);

  const level = await measure({ url: server.url, requests: 3 });

  expect(level).toMatchObject({ answered: 3, hits: 3 });
  expect(server.socketsOpened).toBe(3);
});

test("bytes after a response cost the connection and not the answer", async () => {
  const raw = createServer((socket) => {
    socket.on("data", () => socket.write(`${clean}HTTP/1.1 200 OK\r\n`));
  });
  await using server = await openTestServer(raw);

  const level = await measure({ url: server.url, requests: 3 });

  expect(level).toMatchObject({ answered: 3, failures: { reset: 0, other: 0 } });
  expect(server.socketsOpened).toBe(3);
});

test("what was read before is not taken for what has yet to come", async () => {
  // Where the second head is cut, the first one goes on with an end of its own.
  const answers = [
    ["HTTP/1.1 200 OK\r\nx-n: 1\r\ncontent-length: 5\r\n\r\nclean and more"],
    ["HTTP/1.1 200 OK\r\nx-n: 2\r\ncontent-length: 1", "2\r\n\r\ncancel scope"],
  ];
  const raw = createServer({ noDelay: true }, (socket) => {
    socket.on("data", () => writeApart(socket, answers.shift() ?? []));
  });
  await using server = await openTestServer(raw);

  const level = await measure({ url: server.url, requests: 2 });

  expect(level).toMatchObject({ answered: 2, hits: 1 });
  expect(level.samples[0]?.body).toBe("cancel scope");
});

test("what comes after the end of a body is not searched, in whatever parts it comes", async () => {
  const raw = createServer({ noDelay: true }, (socket) => {
    socket.once("data", () =>
      writeApart(socket, ["HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nclean", "clean cancel scope"]),
    );
  });
  await using server = await openTestServer(raw);

  const level = await measure({ url: server.url, requests: 2 });

  expect(level).toMatchObject({ answered: 2, hits: 0 });
});

test("a connection on which something comes that nobody asked for is not used again", async () => {
  const answers = [clean, undefined, clean, clean];
  let first: Socket | undefined;
  const raw = createServer((socket) => {
    first ??= socket;
    socket.on("data", () => {
      const answer = answers.shift();
      if (answer !== undefined) return void socket.write(answer);
      first?.write("HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\ncancel scope");
      return void setTimeout(() => socket.write(clean), 50);
    });
  });
  await using server = await openTestServer(raw);

  const level = await measure({ url: server.url, arrival: "burst", requests: 4, concurrency: 2 });

  expect(level).toMatchObject({ answered: 4, hits: 0 });
  expect(server.socketsOpened).toBe(3);
});

test("a server that hangs up between two requests costs a connection and no answer", async () => {
  await using server = await openHttpServer((response, index) => {
    if (index % 2 === 1) return void setTimeout(() => response.end(), 200);
    const { socket } = response;
    response.end();
    return void setTimeout(() => socket?.end(), 20);
  });

  // A burst is due only when the slower one of the burst before is answered.
  const level = await measure({ url: server.url, arrival: "burst", requests: 6, concurrency: 2 });

  expect(level).toMatchObject({ answered: 6, failures: { reset: 0 } });
  expect(server).toMatchObject({ requests: 6, socketsOpened: 4 });
});

test("a connection that has been idle for long is used again", async () => {
  await using server = await openHttpServer((response, index) =>
    setTimeout(() => response.end(), index === 1 ? 700 : 0),
  );

  const level = await measure({ url: server.url, arrival: "burst", requests: 4, concurrency: 2 });

  expect(level.answered).toBe(4);
  expect(server).toMatchObject({ requests: 4, socketsOpened: 2 });
});

test("a connection that ends in the moment in which it is needed again, after a long rest, costs no answer", async () => {
  let resting: Socket | null = null;
  await using server = await openHttpServer((response, index) => {
    if (index === 0) resting = response.socket;
    if (index !== 1) return void response.end();
    return void setTimeout(() => {
      // The answer is read first, and so the next burst begins before the end is seen.
      response.end();
      resting?.end();
    }, 700);
  });

  const level = await measure({ url: server.url, arrival: "burst", requests: 4, concurrency: 2 });

  expect(level).toMatchObject({ answered: 4, failures: { reset: 0 } });
  expect(server).toMatchObject({ requests: 4, socketsOpened: 3 });
});

test("an unknown method is sent, and what the server says to it is the answer", async () => {
  await using server = await openHttpServer((response) => response.end());

  const level = await measure({ url: server.url, method: "BREW", requests: 2 });

  expect(level).toMatchObject({ answered: 2, statuses: { 400: 2 } });
});

test.each(["GET", "HEAD", "DELETE"])("a %s with a body is sent with it", async (method) => {
  const seen: string[] = [];
  await using server = await openHttpServer((response, _index, request) => {
    request.on("data", (chunk: Buffer) => seen.push(String(chunk)));
    request.on("end", () => response.setHeader("content-length", 12).end("cancel scope"));
  });

  const level = await measure({ url: server.url, method, body: "why?", requests: 2 });

  expect(seen).toEqual(["why?", "why?"]);
  // To a HEAD nothing is answered but a head.
  expect(level).toMatchObject({ answered: 2, hits: method === "HEAD" ? 0 : 2 });
});

test("nobody at the address is an error, for there is nothing to measure", async () => {
  const gone = await closedUrl();

  await expect(measure({ url: gone, requests: 2 })).rejects.toMatchObject({ code: "REPRODUCE_UNREACHABLE" });
});

test("a host of IPv6 is reached", async () => {
  const raw = createServer((socket) => socket.on("data", () => socket.write(clean)));
  await new Promise<void>((resolve) => raw.listen(0, "::1", resolve));
  const { port } = raw.address() as { port: number };

  const level = await measure({ url: `http://[::1]:${port}/`, requests: 1 });
  raw.close();

  expect(level.answered).toBe(1);
});

async function measure(options: Partial<ReproduceOptions> & { url: string; requests: number }): Promise<LevelResult> {
  const { levels } = await reproduce({ signature: "cancel scope", concurrency: 1, ...options });
  return levels[0] as LevelResult;
}

/** Each part is read by itself. */
function writeApart(socket: Socket, parts: readonly string[]): void {
  for (const [index, part] of parts.entries()) setTimeout(() => socket.write(part), 30 * index);
}

async function closedUrl(): Promise<string> {
  await using server = await openHttpServer((response) => response.end());
  return server.url;
}
