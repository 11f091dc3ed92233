import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { type LevelResult, reproduce, type ReproduceOptions, wilsonInterval } from "../src/index.ts";
import { openHttpServer, type TestServer } from "./test-server.ts";

test.each([
  [1, 20],
  [4, 20],
  [50, 20],
  [7, 1],
])("at level %i, of %i requests all are sent, and every third flagged", async (concurrency, requests) => {
  await using server = await openHttpServer((response, index) =>
    response.writeHead(index % 3 === 0 ? 500 : 200).end(index % 3 === 0 ? "a different cancel scope" : "clean"),
  );

  const level = await measure(server, { requests, concurrency });

  const hits = Math.ceil(requests / 3);
  expect(server.requests).toBe(requests);
  expect(level).toMatchObject({
    concurrency,
    requests,
    answered: requests,
    hits,
    interval: wilsonInterval(hits, requests),
  });
  expect(level.statuses).toEqual(requests === hits ? { 500: hits } : { 200: requests - hits, 500: hits });
});

test.each([
  ["what is asked for", 4, 12, 4],
  ["no more than there are requests", 10, 3, 3],
])(
  "as many requests are in flight at a time as %s, on sockets that are kept",
  async (_what, concurrency, requests, most) => {
    const waiting: (() => void)[] = [];
    await using server = await openHttpServer((response) => {
      waiting.push(() => response.end());
      if (waiting.length === most) for (const answer of waiting.splice(0)) answer();
    });

    const level = await measure(server, { requests, concurrency });

    expect(level.answered).toBe(requests);
    expect(server).toMatchObject({ requests, socketsOpened: most });
  },
);

test(covers("RP-11"), async () => {
  await using server = await openHttpServer((response) => response.end());

  await measure(server, { requests: 4, concurrency: 4 });

  await server.waitClosed(4);
  expect(server).toMatchObject({ socketsOpened: 4, socketsOpen: 0 });
});

test("never has more sockets than the level, even when the server closes them", async () => {
  await using server = await openHttpServer((response, index) => {
    if (index % 2 === 0) response.socket?.destroy();
    else response.end();
  });

  const level = await measure(server, { requests: 40, concurrency: 4 });

  expect(level).toMatchObject({ answered: 20, failures: { reset: 20 } });
  expect(server.mostSockets).toBeLessThanOrEqual(4);
});

test.each([200, 204, 304, 404, 418, 500, 503, 599, 999])("a response with status %i counts", async (status) => {
  await using server = await openHttpServer((response) => response.writeHead(status).end("cancel scope"));

  const level = await measure(server, { requests: 2 });

  // By RFC 9110 these two have no body to search.
  const hits = status === 204 || status === 304 ? 0 : 2;
  expect(level).toMatchObject({ answered: 2, hits, statuses: { [status]: 2 } });
});

test("a batch is a hit however many of its responses are", async () => {
  await using server = await openHttpServer((response, index) => response.end(index < 4 ? "cancel scope" : "clean"));

  const single = await measure(server, { requests: 12, concurrency: 1 });
  const whole = await measure(server, { requests: 12, concurrency: 12 });
  const small = await measure(server, { requests: 3, concurrency: 12 });

  expect(single.batches).toEqual({ count: 12, hits: 4, interval: wilsonInterval(4, 12) });
  expect(whole.batches).toEqual({ count: 1, hits: 0, interval: wilsonInterval(0, 1) });
  expect(small.batches).toEqual({ count: 1, hits: 0, interval: wilsonInterval(0, 1) });
});

test("batches are of responses in the order in which they are complete, and a last part of one is left out", async () => {
  const waiting: (() => void)[] = [];
  await using server = await openHttpServer((response, index) => {
    waiting.push(() => response.end(index === 1 || index === 4 ? "cancel scope" : "clean"));
    if (index === 1) waiting.shift()?.();
  });

  // One answer at a time: 0, 1, 2, 3, 4.
  const level = await measure(server, {
    requests: 5,
    concurrency: 2,
    onProgress: () => setImmediate(() => waiting.shift()?.()),
  });

  expect(level).toMatchObject({ answered: 5, hits: 2, batches: { count: 2, hits: 1 } });
});

test("no share of batches is claimed when not one is whole", async () => {
  await using server = await openHttpServer((response, index) => {
    if (index === 0) response.socket?.destroy();
    else response.end();
  });

  const level = await measure(server, { requests: 3, concurrency: 3 });

  expect(level.batches).toEqual({ count: 0, hits: 0, interval: { low: 0, high: 1 } });
});

test(covers("RP-2"), async () => {
  await using server = await openHttpServer((response, index) => {
    if (index >= 2) response.socket?.destroy();
    else response.end();
  });

  const level = await measure(server, { requests: 30, concurrency: 1 });

  expect(level).toMatchObject({ requests: 30, answered: 2, interval: wilsonInterval(0, 2) });
});

test("keeps the first five flagged responses as samples", async () => {
  await using server = await openHttpServer((response, index) =>
    response.writeHead(500).end(index === 0 ? "clean" : `cancel scope ${index} ${"x".repeat(1_000)}`),
  );

  const level = await measure(server, { requests: 10 });

  const begun = level.samples.map(({ status, body }) => `${status} ${body.slice(0, 14)} ${body.length}`);
  expect(begun).toEqual([1, 2, 3, 4, 5].map((index) => `500 cancel scope ${index} 400`));
});

test("latencies rise from percentile to percentile and are of complete responses", async () => {
  await using server = await openHttpServer((response, index) => {
    if (index === 0) response.socket?.destroy();
    else response.end();
  });

  const { latency } = await measure(server, { requests: 50 });

  const { p50 = 0, p90, p95, p99, max } = latency ?? {};
  expect([p50, p90, p95, p99, max]).toEqual([p50, p90, p95, p99, max].toSorted((a = 0, b = 0) => a - b));
  expect(p50).toBeGreaterThan(0);
});

test("says how many bodies were too long for an expression", async () => {
  const long = "x".repeat(1_048_576);
  await using server = await openHttpServer((response, index) =>
    response.end(["clean", `cancel scope ${long}`, `${long} cancel scope`][index]),
  );

  const level = await measure(server, { requests: 3, signature: /cancel scope/ });

  expect(level).toMatchObject({ answered: 3, hits: 1, partlySearched: 1 });
});

test.each<[string, ReproduceOptions["signature"], object]>([
  ["text, to its end", "cancel scope", { hits: 1, partlySearched: 0 }],
  ["an expression, as far as that sees", /cancel scope/, { hits: 0, partlySearched: 1 }],
])("searches 50 MB for %s, in little memory", { timeout: 10_000 }, async (_what, signature, found) => {
  const part = Buffer.alloc(500_000, "x");
  let growth = Infinity;
  await using server = await openHttpServer((response) => {
    const before = memoryInUse();
    const write = (left: number): void => {
      if (left > 0) return void response.write(part, () => write(left - 1));
      growth = memoryInUse() - before;
      response.end("cancel scope");
    };
    write(100);
  });

  const level = await measure(server, { requests: 1, signature, timeoutMs: 10_000 });

  expect(level).toMatchObject(found);
  expect(growth).toBeLessThan(25_000_000);
});

/** Sends one request after another unless told otherwise. */
async function measure(
  server: TestServer,
  options: Partial<ReproduceOptions> & { requests: number },
): Promise<LevelResult> {
  const { levels } = await reproduce({ url: server.url, signature: "cancel scope", concurrency: 1, ...options });
  return levels[0] as LevelResult;
}

function memoryInUse(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
