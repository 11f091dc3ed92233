import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { reproduce, type ReproduceProgress } from "../src/index.ts";
import { openHttpServer, openTestServer } from "./test-server.ts";

const signature = "cancel scope";

describe("a sweep", () => {
  test("measures its levels one after another, in the order given", async () => {
    let inFlight = 0;
    const seen: number[] = [];
    await using server = await openHttpServer((response) => {
      inFlight += 1;
      response.on("close", () => (inFlight -= 1));
      response.end();
    });

    const { levels } = await reproduce({
      url: server.url,
      signature,
      requests: 10,
      concurrency: [4, 1, 2],
      onProgress: ({ concurrency }) => seen.push(concurrency),
    });

    expect(levels.map(({ concurrency }) => concurrency)).toEqual([4, 1, 2]);
    expect(seen).toEqual([4, 1, 2].flatMap((concurrency) => Array.from({ length: 10 }, () => concurrency)));
    expect(server.requests).toBe(30);
    expect(inFlight).toBe(0);
  });

  test("opens sockets of its own for each level", async () => {
    await using server = await openHttpServer((response) => response.end());

    await reproduce({ url: server.url, signature, requests: 16, concurrency: [8, 2] });

    expect(server.socketsOpened).toBe(8 + 2);
  });

  test("counts each level by itself", async () => {
    await using server = await openHttpServer((response, index) => response.end(index < 15 ? "cancel scope" : "clean"));

    const { levels } = await reproduce({ url: server.url, signature, requests: 10, concurrency: [1, 2, 3] });

    expect(levels.map(({ hits, answered }) => [hits, answered])).toEqual([
      [10, 10],
      [5, 10],
      [0, 10],
    ]);
  });
});

test("the result says what was looked for, and where", async () => {
  await using server = await openHttpServer((response) => response.end());

  const byText = await reproduce({ url: new URL("/a?b", server.url), signature, requests: 1, concurrency: 1 });
  const byExpression = await reproduce({ url: server.url, signature: /a.b/gi, requests: 1, concurrency: 1 });

  expect(byText).toMatchObject({ url: `${server.url}a?b`, signature: "cancel scope" });
  expect(byExpression.signature).toBe("/a.b/gi");
});

test("the peak is the level with the highest share of hits, and none without a hit", async () => {
  const bodies = [
    "clean",
    "clean",
    "cancel scope",
    "clean",
    "cancel scope",
    "cancel scope",
    "cancel scope",
    "cancel scope",
  ];
  await using server = await openHttpServer((response, index) => response.end(bodies[index] ?? "clean"));
  const options = { url: server.url, signature, requests: 2, concurrency: [1, 2, 3, 4] };

  const seen = await reproduce(options);
  const clean = await reproduce(options);

  expect(seen.levels.map(({ hits }) => hits)).toEqual([0, 1, 2, 2]);
  expect([seen.peak, clean.peak]).toEqual([3, null]);
});

test.each([
  [undefined, "closed"],
  ["burst", "burst"],
  [{ rate: 500 }, "500/s"],
  [{ rate: 500, spacing: "even" }, "500/s even"],
] as const)("an arrival of %j is told as %s", async (given, told) => {
  await using server = await openHttpServer((response) => response.end());
  const options = { url: server.url, signature, requests: 1, concurrency: 1 };

  const { arrival } = await reproduce({ ...options, ...(given === undefined ? {} : { arrival: given }) });

  expect(arrival).toBe(told);
});

test("the headers given are sent", async () => {
  const seen: (string | undefined)[] = [];
  await using server = await openHttpServer((response, _index, { headers }) => {
    seen.push(headers["authorization"], headers["accept-encoding"]);
    response.end();
  });

  await reproduce({ url: server.url, signature, requests: 1, concurrency: 1, headers: { Authorization: "Bearer x" } });

  expect(seen).toEqual(["Bearer x", undefined]);
});

test("progress is told after each request, answered or not", async () => {
  const progress: ReproduceProgress[] = [];
  await using server = await openHttpServer((response, index) => {
    if (index === 1) response.socket?.destroy();
    else response.end("cancel scope");
  });

  await reproduce({
    url: server.url,
    signature,
    requests: 3,
    concurrency: 1,
    onProgress: (each) => progress.push(each),
  });

  expect(progress).toEqual([
    { concurrency: 1, done: 1, requests: 3, hits: 1 },
    { concurrency: 1, done: 2, requests: 3, hits: 1 },
    { concurrency: 1, done: 3, requests: 3, hits: 2 },
  ]);
});

test(covers("RP-12"), async () => {
  await using server = await openHttpServer((response) => response.end());
  const { url } = server;
  server.stopListening();

  const refused = reproduce({ url, signature, requests: 5, concurrency: 2 });

  await expect(refused).rejects.toMatchObject({
    code: "REPRODUCE_UNREACHABLE",
    url,
    cause: { code: "ECONNREFUSED" },
  });
});

describe("an end before its time", () => {
  let unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): number => unhandled.push(reason);
  beforeEach(() => {
    unhandled = [];
    process.on("unhandledRejection", onUnhandled);
  });
  afterEach(() => process.off("unhandledRejection", onUnhandled));

  test("an abort in mid-level ends the requests in flight, closes the sockets and rejects with its reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const inFlight = Promise.withResolvers<void>();
    const progress: number[] = [];
    await using server = await openHttpServer((response, index) => {
      if (index < 6) response.end();
      else response.write("begun");
      if (index === 9) inFlight.resolve();
    });
    const reproducing = reproduce({
      url: server.url,
      signature,
      requests: 100,
      concurrency: [4, 8],
      signal: controller.signal,
      onProgress: ({ done }) => progress.push(done),
    });
    await inFlight.promise;

    controller.abort(reason);

    await expect(reproducing).rejects.toBe(reason);
    await server.waitClosed(4);
    await nextTurn();
    expect(server).toMatchObject({ requests: 10, socketsOpen: 0 });
    expect(progress).toEqual([1, 2, 3, 4, 5, 6]);
    expect(unhandled).toEqual([]);
  });

  test("an abort ends connections that are still being opened", async () => {
    const controller = new AbortController();
    const opened = Promise.withResolvers<void>();
    const silent = createServer((socket) => socket.resume());
    await using server = await openTestServer(silent, "https");
    silent.on("connection", () => server.socketsOpened === 3 && opened.resolve());
    const { signal } = controller;
    const reproducing = reproduce({ url: server.url, signature, requests: 3, concurrency: 3, signal });
    await opened.promise;

    controller.abort("enough");

    await expect(reproducing).rejects.toBe("enough");
    await server.waitClosed(3);
    expect(server.socketsOpen).toBe(0);
  });

  test.each<[string, Record<string, string>]>([
    ["by our connection", {}],
    // What a header says of the connection is left to the general one.
    ["by the general one", { connection: "keep-alive" }],
  ])("an abort between one connection and the next ends the request that waits for it, %s", async (_way, headers) => {
    const controller = new AbortController();
    await using server = await openHttpServer((response, index) => {
      if (index === 0) response.setHeader("connection", "close").end();
    });

    const reproducing = reproduce({
      url: server.url,
      signature,
      requests: 10,
      concurrency: 1,
      headers,
      signal: controller.signal,
      onProgress: () => queueMicrotask(() => controller.abort("enough")),
    });

    await expect(reproducing).rejects.toBe("enough");
    expect(server.requests).toBe(1);
  });

  test("an abort at the last answer still counts", async () => {
    const controller = new AbortController();
    await using server = await openHttpServer((response) => response.end());

    const reproducing = reproduce({
      url: server.url,
      signature,
      requests: 3,
      concurrency: [1, 2],
      signal: controller.signal,
      onProgress: ({ done }) => done === 3 && controller.abort("enough"),
    });

    await expect(reproducing).rejects.toBe("enough");
    expect(server.requests).toBe(3);
  });

  test("with a signal that is aborted already nothing is sent", async () => {
    await using server = await openHttpServer((response) => response.end());
    const signal = AbortSignal.abort("enough");

    const reproducing = reproduce({ url: server.url, signature, requests: 3, concurrency: 1, signal });

    await expect(reproducing).rejects.toBe("enough");
    expect(server.socketsOpened).toBe(0);
  });

  test("what onProgress throws ends the requests in flight and is thrown on", async () => {
    const error = new Error("the terminal is gone");
    await using server = await openHttpServer((response, index) => index === 0 && response.end());

    const reproducing = reproduce({
      url: server.url,
      signature,
      requests: 100,
      concurrency: 4,
      onProgress: () => {
        throw error;
      },
    });

    await expect(reproducing).rejects.toBe(error);
    await server.waitClosed(1);
    await nextTurn();
    expect(server.requests).toBeLessThanOrEqual(4);
    expect(unhandled).toEqual([]);
  });
});

/** Unhandled rejections are reported at the end of a turn of the event loop. */
async function nextTurn(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
