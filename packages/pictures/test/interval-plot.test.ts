import { expect, test } from "vitest";
import { type IntervalPlot, type IntervalPoint, intervalPlotSvg } from "../src/index.ts";
import { everyElement, numberOf, parseXml, visibleText, withLook } from "./xml.ts";

const point = (concurrency: number, rate: number, low: number, high: number): IntervalPoint => ({
  concurrency,
  rate,
  interval: { low, high },
});

const rates: IntervalPlot = {
  title: "Failed responses",
  series: [
    {
      name: "counted",
      points: [
        { ...point(10, 0.19, 0.125, 0.278), predicted: 0.189, hits: 19, responses: 100 },
        point(1, 0, 0, 0.114),
        point(4, 0.09, 0.048, 0.162),
      ],
    },
    { name: "owned", points: [point(1, 0, 0, 0.114), point(4, 0, 0, 0.037), point(10, 0, 0, 0.037)] },
  ],
};

test("marks each measured rate once, and each prediction with a hollow mark", () => {
  const picture = parseXml(intervalPlotSvg(rates));

  const counted = withLook(picture, "s0").filter((element) => element.name === "circle");
  const hollow = withLook(picture, "h0").filter((element) => element.name === "circle");
  expect(counted).toHaveLength(3 + 1);
  expect(hollow).toHaveLength(1);
});

test("places levels in rising order, whatever order they came in", () => {
  const picture = parseXml(intervalPlotSvg(rates));

  const place = (text: string): number =>
    numberOf(
      everyElement(picture).find((element) => element.text === text),
      "x",
    );
  expect(place("1")).toBeLessThan(place("4"));
  expect(place("4")).toBeLessThan(place("10"));
});

test("places higher rates higher, and the same rates at the same height", () => {
  const [none, some, most] = circles(rates).map((circle) => numberOf(circle, "cy"));

  expect(none).toBeGreaterThan(some ?? 0);
  expect(some).toBeGreaterThan(most ?? 0);
});

test("draws the interval from its low to its high bound around the mark", () => {
  const picture = parseXml(intervalPlotSvg(rates));

  const whiskers = withLook(picture, "h0").filter((element) => element.name === "path");
  const [, top, bottom] = /^M\S+ (\S+)h.*V(\S+)m/.exec(whiskers.at(-1)?.attributes.get("d") ?? "") ?? [];
  const mark = circles(rates).at(-1);
  expect(Number(top)).toBeLessThan(numberOf(mark, "cy"));
  expect(Number(bottom)).toBeGreaterThan(numberOf(mark, "cy"));
});

test("tells series apart by shape as well as by colour", () => {
  const picture = parseXml(intervalPlotSvg(rates));

  expect(withLook(picture, "s0").every((element) => element.name === "circle")).toBe(true);
  expect(withLook(picture, "s1").every((element) => element.name === "path")).toBe(true);
});

test("writes the numbers out on a phone, a row for each series and level", () => {
  const text = visibleText(parseXml(intervalPlotSvg(rates, { width: 390 })));

  expect(text).toContain("10 in parallel");
  expect(text).toContain("19 % [12.5, 27.8]");
  expect(text.filter((line) => line === "owned")).toHaveLength(1 + 3);
});

test("describes every point in words", () => {
  const description = parseXml(intervalPlotSvg(rates)).children[1]?.text;

  expect(description).toContain("counted at 10: 19 of 100, 19 % [12.5, 27.8], predicted 18.9");
  expect(description).toContain("owned at 4: 0 % [0.0, 3.7]");
});

test("draws the interval alone where nothing could be measured", () => {
  const lost: IntervalPoint = { concurrency: 4, rate: null, interval: { low: 0, high: 1 } };
  const input = { title: "lost", series: [{ name: "down", points: [lost] }] };

  const [wide, narrow] = [880, 390].map((width) => parseXml(intervalPlotSvg(input, { width })));

  expect(withLook(wide ?? parseXml("<svg/>"), "s0")).toHaveLength(1);
  expect(visibleText(narrow ?? parseXml("<svg/>"))).toContain("no response [0.0, 100.0]");
});

test("stays well-formed and keeps hostile text text", () => {
  const series = [{ name: `"><script>\u0000`, points: [point(1, 0, 0, 1)] }];

  for (const width of [390, 880]) {
    const picture = parseXml(intervalPlotSvg({ title: "<x>", measure: "</svg>", series }, { width }));

    expect(everyElement(picture).map((element) => element.name)).not.toContain("script");
  }
});

test("knows every class it uses, also beyond six series", () => {
  const series = Array.from({ length: 9 }, (_, index) => ({
    name: `series ${index}`,
    points: [point(1, 0.5, 0.4, 0.6)],
  }));

  const picture = parseXml(intervalPlotSvg({ title: "many", series }, { id: "p" }));

  const style = everyElement(picture).find((element) => element.name === "style")?.text ?? "";
  const classes = new Set(
    everyElement(picture).flatMap((element) => element.attributes.get("class")?.split(" ") ?? []),
  );
  expect([...classes].filter((name) => !style.includes(`.${name}{`))).toEqual([]);
});

test.each([
  ["no points", []],
  ["a share above one", [point(1, 1.2, 0, 1)]],
  ["a share below zero", [point(1, 0, -0.1, 1)]],
  ["a bound that is not a number", [point(1, 0, 0, Number.NaN)]],
  ["a level that is not a number", [point(Number.NaN, 0, 0, 1)]],
])("refuses %s", (_what, points) => {
  expect(() => intervalPlotSvg({ title: "bad", series: [{ name: "a", points }] })).toThrow(RangeError);
});

/** The measured marks of the first series, from left to right, without the one in the legend. */
function circles(input: IntervalPlot): ReturnType<typeof withLook> {
  return withLook(parseXml(intervalPlotSvg(input)), "s0")
    .slice(1)
    .toSorted((one, other) => numberOf(one, "cx") - numberOf(other, "cx"));
}
