import { expect, test } from "vitest";
import { type Change, changePlotSvg } from "../src/index.ts";
import { everyElement, numberOf, parseXml, visibleText, withLook } from "./xml.ts";

const change: Change = {
  title: "Before and after",
  before: { hits: 20, trials: 100, interval: { low: 0.133, high: 0.289 } },
  after: { hits: 0, trials: 100, interval: { low: 0, high: 0.037 } },
  difference: { low: -0.289, high: -0.123 },
};

test.each([390, 880])("writes both shares and their difference with their intervals, %i wide", (width) => {
  const text = visibleText(parseXml(changePlotSvg(change, { width })));

  expect(text).toEqual(
    expect.arrayContaining([
      "before",
      "20 of 100, 20 % [13.3, 28.9]",
      "after",
      "0 of 100, 0 % [0.0, 3.7]",
      "difference",
      "-20 % [-28.9, -12.3]",
    ]),
  );
});

test("has one axis for all three, with a line at zero", () => {
  const picture = parseXml(changePlotSvg(change));

  const [, zero] = /^M(\S+) /.exec(withLook(picture, "zero")[0]?.attributes.get("d") ?? "") ?? [];
  const [, before] = /^M(\S+) /.exec(withLook(picture, "h0")[0]?.attributes.get("d") ?? "") ?? [];
  const [, after] = /^M(\S+) /.exec(withLook(picture, "h1")[0]?.attributes.get("d") ?? "") ?? [];
  const [, low, high] = /^M(\S+) .*H([\d.]+)/.exec(withLook(picture, "h2")[0]?.attributes.get("d") ?? "") ?? [];
  expect(withLook(picture, "zero")).toHaveLength(1);
  expect(after).toBe(zero);
  expect(Number(before)).toBeGreaterThan(Number(zero));
  expect(Number(low)).toBeLessThan(Number(high));
  expect(Number(high)).toBeLessThan(Number(zero));
});

test("shows the line at zero even where everything lies above it", () => {
  const side = { hits: 90, trials: 100, interval: { low: 0.83, high: 0.94 } };
  const worse = { ...change, before: { ...side, hits: 50, interval: { low: 0.4, high: 0.6 } }, after: side };

  const picture = parseXml(changePlotSvg({ ...worse, difference: { low: 0.28, high: 0.5 } }));

  expect(withLook(picture, "zero")).toHaveLength(1);
});

test("places the mark of a share where the share is", () => {
  const picture = parseXml(changePlotSvg({ ...change, difference: { low: -0.2, high: 0 } }));

  const [mark] = withLook(picture, "s0");
  const [, low, high] = /^M(\S+) .*H([\d.]+)/.exec(withLook(picture, "h0")[0]?.attributes.get("d") ?? "") ?? [];
  const place = (numberOf(mark, "cx") - Number(low)) / (Number(high) - Number(low));
  expect(place).toBeCloseTo((0.2 - 0.133) / (0.289 - 0.133), 2);
});

test("describes itself in words, or in the words given, and keeps hostile text text", () => {
  const [told, given] = [change, { ...change, title: "</svg><script>", description: "fixed" }].map((input) =>
    parseXml(changePlotSvg(input)),
  );

  expect(told?.children[1]?.text).toBe(
    "before: 20 of 100, 20 % [13.3, 28.9]. after: 0 of 100, 0 % [0.0, 3.7]. difference: -20 % [-28.9, -12.3]",
  );
  expect(given?.children[1]?.text).toBe("fixed");
});

test("knows every class it uses", () => {
  const picture = parseXml(changePlotSvg(change, { id: "p" }));

  const style = everyElement(picture).find((element) => element.name === "style")?.text ?? "";
  const classes = new Set(everyElement(picture).flatMap(({ attributes }) => attributes.get("class")?.split(" ") ?? []));
  expect([...classes].filter((name) => !style.includes(`.${name}{`))).toEqual([]);
});

test.each<[string, Partial<Change>]>([
  ["no trials", { before: { ...change.before, trials: 0, hits: 0 } }],
  ["more hits than trials", { after: { ...change.after, hits: 101 } }],
  ["a share above one", { before: { ...change.before, interval: { low: 0, high: 1.1 } } }],
  ["a negative share", { before: { ...change.before, interval: { low: -0.1, high: 0.1 } } }],
  ["a difference below minus one", { difference: { low: -1.1, high: 0 } }],
  ["bounds in falling order", { difference: { low: 0.1, high: 0 } }],
  ["a bound that is not a number", { difference: { low: Number.NaN, high: 0 } }],
])("refuses %s", (_what, wrong) => {
  expect(() => changePlotSvg({ ...change, ...wrong })).toThrow(RangeError);
});
