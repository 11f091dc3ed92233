import { expect, test } from "vitest";
import { compare, type LevelResult, reproduceReport, type ReproduceResult, wilsonInterval } from "../src/index.ts";
import { parseXml } from "../../pictures/test/xml.ts";

const hostile = `</code><script>alert("x")</script>`;

test("the page has the shares, their intervals, the prediction, the latencies and what was flagged", () => {
  const predicted = { requests: 0.1875, requestsIfExponential: null, bursts: 0.75, overlap: null };
  const page = reproduceReport({ result: result([level(4, 20, { predicted }), level(10, 5)]) });

  expect(page).toContain("20 of 100 responses have it at 4 in parallel");
  expect(page).toContain("[13.3, 28.9]");
  expect(page).toContain("flagged at 4: 20 of 100, 20 % [13.3, 28.9], predicted 18.8");
  expect(page).toContain("10 at a time: half within 50 ms, 90 % within 90 ms, all within 100 ms");
  expect(page).toContain("Hollow:");
  expect(page).toContain("a different cancel scope");
});

test("the page has the verdict of a comparison and its picture, and neither without one", () => {
  const [before, after] = [result([level(4, 20)]), result([level(4, 0)])];

  const compared = reproduceReport({ result: after, comparison: compare(before, after, { concurrency: 4 }) });
  const alone = reproduceReport({ result: after });

  expect(compared).toContain("fixed: the difference is real");
  expect(compared).toContain("before: 20 of 100, 20 %");
  expect(compared).toMatch(/By Boschloo&#39;s, which sees more, it is \d/);
  expect(alone).not.toContain("Before and after");
  expect(alone).toContain("None of 100 responses has it");
});

test("the table has the columns that say something, and a body that came several times is shown once", () => {
  const failures = { refused: 0, reset: 2, timeout: 0, other: 1 };
  const sprt = { p0: 0.02, p1: 0.2, decision: "faulty", responses: 7 } as const;

  const plain = reproduceReport({ result: result([level(4, 20), level(10, 20)]) });
  const full = reproduceReport({ result: result([level(4, 20), level(10, 20, { failures, sprt })]) });

  expect(plain).not.toMatch(/sequential test|without an answer|>predicted</);
  expect(full).toContain("faulty after 7 responses");
  expect(full).toContain("2 reset, 1 other");
  expect(plain.match(/<pre>/g)).toHaveLength(1);
  expect(plain).toContain("4, 10 at a time, status 500");
});

test("the page needs nothing but itself, and what came from outside stays text", () => {
  const samples = [{ status: 500, body: hostile }];
  const hit = result([level(4, 20, { samples })]);

  const page = reproduceReport({ result: { ...hit, url: `http://127.0.0.1/${hostile}`, signature: hostile } });

  expect(page).not.toContain("<script>");
  expect(page).not.toMatch(/(?:src|href)="(?!data:)/);
  for (const [svg] of page.matchAll(/<svg[\s\S]*?<\/svg>/g)) expect(() => parseXml(svg)).not.toThrow();
  expect(page.match(/<svg/g)).toHaveLength(4);
});

function result(levels: readonly LevelResult[]): ReproduceResult {
  const peak = levels.find(({ hits }) => hits > 0)?.concurrency ?? null;
  return { url: "http://127.0.0.1/", signature: "cancel scope", arrival: "burst", levels, peak };
}

function level(concurrency: number, hits: number, more: Partial<LevelResult> = {}): LevelResult {
  const times = Array.from({ length: 51 }, (_, index) => 2 * index);
  return {
    concurrency,
    requests: 100,
    answered: 100,
    hits,
    interval: wilsonInterval(hits, 100),
    batches: { count: 25, hits, interval: wilsonInterval(Math.min(hits, 25), 25) },
    statuses: { 200: 100 - hits, 500: hits },
    failures: { refused: 0, reset: 0, timeout: 0, other: 0 },
    partlySearched: 0,
    delayed: 0,
    elapsedMs: 1_000,
    latency: { p50: 50, p90: 90, p95: 95, p99: 99, max: 100 },
    latencyCurve: times,
    samples: hits === 0 ? [] : [{ status: 500, body: "a different cancel scope" }],
    sprt: null,
    predicted: null,
    ...more,
  };
}
