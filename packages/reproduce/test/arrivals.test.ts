import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { type LevelResult, reproduce, type ReproduceOptions, wilsonInterval } from "../src/index.ts";
import { openHttpServer, type TestServer } from "./test-server.ts";

test(covers("RP-5"), async () => {
  const waiting: (() => void)[] = [];
  const together: number[] = [];
  await using server = await openHttpServer((response) => {
    waiting.push(() => response.end());
    const isAll = waiting.length === (together.length < 2 ? 4 : 2);
    if (!isAll) return;
    together.push(waiting.length);
    // One after the other: a closed loop would send the next with the first answer.
    for (const [index, answer] of waiting.splice(0).entries()) setTimeout(answer, 5 * index);
  });

  const level = await measure(server, { arrival: "burst", requests: 10, concurrency: 4 });

  expect(together).toEqual([4, 4, 2]);
  expect(level).toMatchObject({ answered: 10, batches: { count: 2 } });
  expect(server.socketsOpened).toBe(4);
});

test("the batches of bursts are the bursts, in whatever order they are answered", async () => {
  await using server = await openHttpServer((response, index) => {
    // The first of each burst of four is answered last, and has the signature.
    if (index % 4 === 0) setTimeout(() => response.end("cancel scope"), 30);
    else response.end("clean");
  });

  const level = await measure(server, { arrival: "burst", requests: 12, concurrency: 4 });

  expect(level).toMatchObject({ hits: 3, batches: { count: 3, hits: 3, interval: wilsonInterval(3, 3) } });
});

test("a burst without all of its answers counts only when it has a hit", async () => {
  await using server = await openHttpServer((response, index) => {
    if (index % 2 === 1) response.socket?.destroy();
    else response.end(index === 0 ? "cancel scope" : "clean");
  });

  const level = await measure(server, { arrival: "burst", requests: 4, concurrency: 2 });

  expect(level).toMatchObject({ answered: 2, failures: { reset: 2 }, batches: { count: 1, hits: 1 } });
});

test.each(["even", "random"] as const)(
  "with %s spacing, requests come at their rate and not with the answers",
  async (spacing) => {
    let inFlight = 0;
    let most = 0;
    await using server = await openHttpServer((response) => {
      most = Math.max(most, ++inFlight);
      setTimeout(() => {
        inFlight -= 1;
        response.end();
      }, 100);
    });

    const level = await measure(server, { arrival: { rate: 200, spacing }, requests: 40, concurrency: 40 });

    // 40 requests of 100 ms, one at a time, would take 4 s, and all at once 0.1 s.
    expect(level.elapsedMs).toBeGreaterThan(120);
    expect(level.elapsedMs).toBeLessThan(2_000);
    expect(most).toBeGreaterThan(2);
    expect(level).toMatchObject({ requests: 40, answered: 40, delayed: 0 });
  },
);

test(covers("RP-4"), async () => {
  const stall = 400;
  await using server = await openHttpServer((response, index) => {
    if (index === 0) setTimeout(() => response.end(), stall);
    else response.end();
  });
  const options = { requests: 20, concurrency: 1 };

  const open = await measure(server, { ...options, arrival: { rate: 100, spacing: "even" } });

  // Due every 10 ms, so the 19 others waited 390 ms down to 210 ms: none of them was quick.
  expect(open.delayed).toBeGreaterThan(10);
  expect(open.latency?.p50).toBeGreaterThan(stall / 4);
});

test("what is due while the client itself is busy counts from then", async () => {
  await using server = await openHttpServer((response, index) => {
    // It has the process to itself for as long.
    const until = performance.now() + (index === 0 ? 300 : 0);
    while (performance.now() < until);
    response.end();
  });

  const level = await measure(server, {
    requests: 30,
    concurrency: 30,
    arrival: { rate: 100, spacing: "even" },
  });

  expect(level.delayed).toBe(0);
  expect(level.latency?.p50).toBeGreaterThan(75);
});

test("warm-up requests are sent in the same way and leave no trace", async () => {
  await using server = await openHttpServer((response, index) => response.end(index < 5 ? "cancel scope" : "clean"));
  const told: number[] = [];

  const level = await measure(server, {
    warmUp: 5,
    requests: 3,
    concurrency: 2,
    onProgress: ({ done }) => told.push(done),
  });

  expect(server.requests).toBe(8);
  expect(level).toMatchObject({ requests: 3, answered: 3, hits: 0, samples: [] });
  expect(told).toEqual([1, 2, 3]);
  expect(server.socketsOpened).toBe(2);
});

test.each([
  ["clean after 15 clean responses", "clean", 15, "clean"],
  ["faulty after 2 hits", "cancel scope", 2, "faulty"],
] as const)("a sequential test between 2 and 20 %% calls it %s", async (_what, body, responses, decision) => {
  await using server = await openHttpServer((response) => response.end(body));

  const level = await measure(server, { requests: 100, concurrency: 1, sprt: { p0: 0.02, p1: 0.2 } });

  expect(level.sprt).toEqual({ p0: 0.02, p1: 0.2, decision, responses });
  expect(level.requests).toBe(responses);
  expect(server.requests).toBe(responses);
});

test("a sequential test that has too few requests to decide says so", async () => {
  await using server = await openHttpServer((response) => response.end());

  const level = await measure(server, { requests: 14, concurrency: 4, sprt: { p0: 0.02, p1: 0.2 } });

  expect(level).toMatchObject({ requests: 14, sprt: { decision: "undecided", responses: 14 } });
});

test("what is under way when a sequential test has decided is still counted", async () => {
  const waiting: (() => void)[] = [];
  let requests = 0;
  await using server = await openHttpServer((response) => {
    waiting.push(() => response.end("cancel scope"));
    if (++requests >= 4) for (const answer of waiting.splice(0)) answer();
  });

  const level = await measure(server, { requests: 50, concurrency: 4, sprt: { p0: 0.02, p1: 0.2 } });

  expect(level).toMatchObject({ hits: level.requests, sprt: { decision: "faulty", responses: 2 } });
  expect(level.requests).toBeLessThanOrEqual(5);
});

test.each([
  ["closed", { arrival: "closed" }, null],
  ["burst", { arrival: "burst" }, { requests: 0.1875, requestsIfExponential: null, bursts: 0.75, overlap: null }],
] as const)("what is predicted of four %s", async (_what, options, predicted) => {
  await using server = await openHttpServer((response) => response.end());

  const level = await measure(server, { requests: 8, concurrency: 4, ...options });

  expect(level.predicted).toEqual(predicted);
});

test("an open loop is predicted by its rate and hold, a closed one by what the others send", async () => {
  await using server = await openHttpServer((response) => setTimeout(() => response.end(), 20));
  const hold = { holdMs: 10, requests: 10 };

  const open = await measure(server, { ...hold, concurrency: 10, arrival: { rate: 100, spacing: "even" } });
  const unknown = await measure(server, { requests: 10, concurrency: 10, arrival: { rate: 100, spacing: "even" } });
  const alone = await measure(server, { ...hold, concurrency: 1 });
  const two = await measure(server, { ...hold, concurrency: 2 });

  expect(open.predicted?.overlap).toBe(1);
  // Without a hold it is taken to be as long as a response, which was 20 ms and more.
  expect(unknown.predicted?.overlap).toBeGreaterThan(1.9);
  expect(alone.predicted).toMatchObject({ overlap: 0, requests: 0, requestsIfExponential: 0 });
  // Two in some 20 ms, of which one is the other's, for 10 ms.
  expect(two.predicted?.overlap).toBeGreaterThan(0.1);
  expect(two.predicted?.overlap).toBeLessThanOrEqual(0.5);
});

test("the curve of latencies rises from the quickest to the slowest", async () => {
  await using server = await openHttpServer((response, index) => setTimeout(() => response.end(), index));

  const { latencyCurve, latency } = await measure(server, { requests: 20, concurrency: 1 });

  expect(latencyCurve).toHaveLength(51);
  expect(latencyCurve).toEqual(latencyCurve.toSorted((one, other) => one - other));
  expect(latencyCurve[25]).toBe(latency?.p50);
  expect(latencyCurve[50]).toBeCloseTo(latency?.max ?? 0, 0);
});

async function measure(
  server: TestServer,
  options: Partial<ReproduceOptions> & Pick<ReproduceOptions, "requests" | "concurrency">,
): Promise<LevelResult> {
  const { levels } = await reproduce({ url: server.url, signature: "cancel scope", ...options });
  return levels[0] as LevelResult;
}
