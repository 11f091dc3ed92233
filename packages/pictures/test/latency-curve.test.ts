import { expect, test } from "vitest";
import { latencyCurveSvg, type LatencyCurves } from "../src/index.ts";
import { type Element, everyElement, numberOf, parseXml, visibleText, withLook } from "./xml.ts";

const curves: LatencyCurves = {
  title: "Latency",
  series: [
    { name: "counted", times: [100, 120, 140, 160, 300] },
    { name: "owned", times: [100, 110, 120, 130, 140] },
  ],
};

test("draws a line for each series from the quickest at the foot to the slowest at the top", () => {
  const [counted, owned] = ["h0", "h1"].map((look) => pointsOf(parseXml(latencyCurveSvg(curves)), look));

  expect(counted).toHaveLength(5);
  expect(counted?.[0]?.[0]).toBe(owned?.[0]?.[0]);
  expect(counted?.at(-1)?.[0]).toBeGreaterThan(owned?.at(-1)?.[0] ?? Infinity);
  expect(counted?.at(-1)?.[1]).toBe(owned?.at(-1)?.[1]);
  for (const line of [counted, owned]) {
    expect(line?.map(([x]) => x)).toEqual(line?.map(([x]) => x).toSorted((a, b) => a - b));
    expect(line?.map(([, y]) => y)).toEqual(line?.map(([, y]) => y).toSorted((a, b) => b - a));
  }
});

test("marks half and 90 % with the shape of the series, on its line", () => {
  const picture = parseXml(latencyCurveSvg(curves));

  const [, half, most] = withLook(picture, "s0");
  const [, , middle, , last] = pointsOf(picture, "h0");
  expect(withLook(picture, "s0")).toHaveLength(1 + 2);
  expect([numberOf(half, "cx"), numberOf(half, "cy")]).toEqual(middle);
  expect(numberOf(most, "cx")).toBeLessThan(last?.[0] ?? 0);
  expect(withLook(picture, "s1").every(({ name }) => name === "path" || name === "rect")).toBe(true);
});

test("turns to a logarithmic axis, and says so, where a straight one would hide the fast", () => {
  const wide = { title: "wide", series: [{ name: "slow", times: [1, 10, 1_000] }] };

  const [straight, logarithmic] = [curves, wide].map((input) => visibleText(parseXml(latencyCurveSvg(input))));

  expect(straight).toContain("complete within");
  expect(logarithmic).toContain("complete within, logarithmic axis");
});

test("lists a series without a response, with nothing drawn", () => {
  const input = { title: "lost", series: [{ name: "down", times: [] }, ...curves.series] };

  const picture = parseXml(latencyCurveSvg(input));

  expect(visibleText(picture)).toContain("down: no response");
  expect(pointsOf(picture, "h0")).toEqual([]);
  expect(picture.children[1]?.text).toContain("down: no response. counted: half within 140 ms, 90 % within 244 ms");
});

test("draws where all took no time at all, and keeps within its sheet at every width", () => {
  const none = { title: "none", series: [{ name: "a", times: [0, 0] }] };

  for (const width of [280, 390, 880]) {
    for (const input of [none, curves]) {
      const picture = parseXml(latencyCurveSvg(input, { width }));
      for (const [x, y] of pointsOf(picture, "h0")) {
        expect(x).toBeGreaterThan(0);
        expect(x).toBeLessThanOrEqual(width);
        expect(y).toBeLessThan(numberOf(picture, "height"));
      }
    }
  }
});

test("keeps hostile text text, and knows every class it uses beyond six series", () => {
  const series = Array.from({ length: 9 }, (_, index) => ({ name: `<script>${index}`, times: [1, 2] }));

  const picture = parseXml(latencyCurveSvg({ title: "</svg>", series }, { id: "p" }));

  const style = everyElement(picture).find((element) => element.name === "style")?.text ?? "";
  const classes = new Set(everyElement(picture).flatMap(({ attributes }) => attributes.get("class")?.split(" ") ?? []));
  expect([...classes].filter((name) => !style.includes(`.${name}{`))).toEqual([]);
  expect(everyElement(picture).map(({ name }) => name)).not.toContain("script");
});

test.each([
  ["no series", []],
  ["one time", [{ name: "a", times: [1] }]],
  ["a negative time", [{ name: "a", times: [-1, 1] }]],
  ["an endless time", [{ name: "a", times: [1, Infinity] }]],
  ["times in falling order", [{ name: "a", times: [2, 1] }]],
])("refuses %s", (_what, series) => {
  expect(() => latencyCurveSvg({ title: "bad", series })).toThrow(RangeError);
});

function pointsOf(picture: Element, look: string): readonly (readonly [number, number])[] {
  const data = withLook(picture, look)
    .find(({ name }) => name === "path")
    ?.attributes.get("d");
  return (data ?? "")
    .slice(1)
    .split("L")
    .filter((pair) => pair !== "")
    .map((pair) => pair.split(" ").map(Number) as [number, number]);
}
