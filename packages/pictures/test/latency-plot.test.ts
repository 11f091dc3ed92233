import { expect, test } from "vitest";
import { type LatencyPlot, latencyPlotSvg } from "../src/index.ts";
import { everyElement, numberOf, parseXml, visibleText, withLook } from "./xml.ts";

const latencies: LatencyPlot = {
  title: "Latency",
  series: [
    { name: "counted", latency: { p50: 235, p90: 330, p95: 361, p99: 420, max: 512 } },
    { name: "owned", latency: { p50: 212, p90: 260, p95: 281, p99: 320, max: 344 } },
  ],
};

test("writes every percentile of every series", () => {
  for (const width of [390, 880]) {
    const text = visibleText(parseXml(latencyPlotSvg(latencies, { width })));

    expect(text).toEqual(expect.arrayContaining(["counted", "235", "330", "361", "420", "512"]));
    expect(text).toEqual(expect.arrayContaining(["owned", "212", "260", "281", "320", "344"]));
  }
});

test("places the slower median further to the right, on one axis", () => {
  const picture = parseXml(latencyPlotSvg(latencies));

  const [counted, owned] = ["s0", "s1"].map((look) =>
    withLook(picture, look).find((element) => element.name === "circle"),
  );
  expect(numberOf(counted, "cx")).toBeGreaterThan(numberOf(owned, "cx"));
});

test("turns to a logarithmic axis, and says so, where a straight one would hide the fast", () => {
  const slow = { name: "slow", latency: { p50: 900, p90: 2_000, p95: 3_000, p99: 9_000, max: 30_000 } };
  const fast = { name: "fast", latency: { p50: 2, p90: 3, p95: 4, p99: 5, max: 9 } };

  const [straight, logarithmic] = [latencies, { title: "wide", series: [slow, fast] }].map((input) =>
    visibleText(parseXml(latencyPlotSvg(input))),
  );

  expect(straight).not.toContain("logarithmic axis");
  expect(logarithmic).toContain("logarithmic axis");
});

test("lists a series without responses, with nothing drawn", () => {
  const picture = parseXml(latencyPlotSvg({ title: "down", series: [{ name: "gone", latency: null }] }));

  expect(visibleText(picture)).toContain("no response");
  expect(withLook(picture, "s0")).toEqual([]);
});

test("draws times of zero on either axis", () => {
  const none = { name: "none", latency: { p50: 0, p90: 0, p95: 0, p99: 0, max: 0 } };
  const slow = { name: "slow", latency: { p50: 900, p90: 2_000, p95: 3_000, p99: 9_000, max: 30_000 } };

  for (const series of [[none], [none, slow]]) {
    const svg = latencyPlotSvg({ title: "zero", series });

    expect(() => parseXml(svg)).not.toThrow();
    expect(svg).not.toMatch(/NaN|Infinity/);
  }
});

test("stays well-formed and keeps hostile text text", () => {
  const series = [{ name: `"><script>\u0000`, latency: latencies.series[0]?.latency ?? null }];

  const picture = parseXml(latencyPlotSvg({ title: "<x>", series }));

  expect(everyElement(picture).map((element) => element.name)).not.toContain("script");
});

test.each([
  ["no series", []],
  ["percentiles out of order", [{ name: "a", latency: { p50: 5, p90: 4, p95: 6, p99: 7, max: 8 } }]],
  ["a time that is not a number", [{ name: "a", latency: { p50: Number.NaN, p90: 4, p95: 6, p99: 7, max: 8 } }]],
  ["an infinite time", [{ name: "a", latency: { p50: 1, p90: 4, p95: 6, p99: 7, max: Infinity } }]],
])("refuses %s", (_what, series) => {
  expect(() => latencyPlotSvg({ title: "bad", series })).toThrow(RangeError);
});
