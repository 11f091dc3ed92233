import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Lane, type Swimlane, swimlaneSvg } from "../src/index.ts";
import { after, before } from "./incident.ts";
import { everyElement, numberOf, parseXml, visibleText, withLook } from "./xml.ts";

const hostile = `</title><script>alert("x")</script>\u0000\u001B[31m&amp;'`;

test("tells who opened and whose closing was refused", () => {
  const picture = parseXml(swimlaneSvg(before));

  expect(visibleText(picture)).toContain("connection: opened by task 0, closing by task 3 refused");
});

test("crosses out a refused closing on the band and at the closer's bar, and squares off one that was allowed", () => {
  const count = (input: Swimlane, look: string): number => withLook(parseXml(swimlaneSvg(input)), look).length;
  const lanes = [{ name: "opener" }, { name: "closer" }];
  const band = { name: "connection", from: 0, to: 10, openedBy: "opener", closedBy: "closer" };

  const allowed: Swimlane = { title: "allowed", lanes, bands: [band] };
  const refused: Swimlane = { title: "refused", lanes, bands: [{ ...band, refused: true }] };

  const withLegend = 3;
  expect([count(allowed, "closed"), count(allowed, "cross")]).toEqual([withLegend, 0]);
  expect([count(refused, "closed"), count(refused, "cross")]).toEqual([0, withLegend]);
});

test("tells that the owner opened and closed, with no cross", () => {
  const picture = parseXml(swimlaneSvg(after));

  expect(visibleText(picture)).toContain("connection: opened and closed by owner");
  expect(withLook(picture, "cross")).toEqual([]);
});

test("draws bars whose place and width follow their times", () => {
  const bars = withLook(parseXml(swimlaneSvg(before)), "hold").filter((bar) => bar.children.length > 0);
  const [first, second, third, fourth] = bars.map((bar) => ({ x: numberOf(bar, "x"), width: numberOf(bar, "width") }));

  expect(bars).toHaveLength(4);
  expect([second?.x, third?.x, fourth?.x]).toEqual([first?.x, first?.x, first?.x]);
  for (const [bar, factor] of [
    [second, 2],
    [third, 3],
    [fourth, 4],
  ] as const) {
    expect(bar?.width).toBeCloseTo((first?.width ?? 0) * factor, 0);
  }
});

test("draws a line from the band to the opener's bar and to the closer's", () => {
  const picture = parseXml(swimlaneSvg(before));
  const [band] = withLook(picture, "band");
  const ties = withLook(picture, "tie").map((tie) => tie.attributes.get("d") ?? "");

  expect(ties).toHaveLength(2);
  expect(ties[0]).toMatch(new RegExp(`^M${numberOf(band, "x")} `));
  expect(ties[1]).toMatch(new RegExp(`^M${numberOf(band, "x") + numberOf(band, "width")} `));
});

test("draws no line to a task that has no lane", () => {
  const bands = [{ name: "session", from: 0, openedBy: "somebody else" }];

  const picture = parseXml(swimlaneSvg({ ...before, bands }));

  expect(visibleText(picture)).toContain("session: opened by somebody else, still open");
  expect(withLook(picture, "tie")).toEqual([]);
});

test("puts spans of one lane that overlap below each other", () => {
  const spans = [
    { kind: "hold", from: 0, to: 30 },
    { kind: "call", from: 5, to: 15 },
    { kind: "call", from: 10, to: 20 },
    { kind: "call", from: 15, to: 30 },
  ] as const;

  const bars = barsOf({ title: "overlap", lanes: [{ name: "task", spans }] });

  expect(new Set(bars.map((bar) => bar.y)).size).toBe(3);
  expectApart(bars);
});

test("keeps all bars of all lanes apart, whatever their times", () => {
  const time = fc.nat(1_000);
  const span = fc.record({
    kind: fc.constantFrom("run", "wait", "call", "hold"),
    from: time,
    length: fc.integer({ min: 10, max: 500 }),
  });
  const lane = fc.array(span, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(lane, { minLength: 1, maxLength: 4 }), fc.constantFrom(360, 880), (lanes, width) => {
      const input: readonly Lane[] = lanes.map((spans, index) => ({
        name: `task ${index}`,
        spans: spans.map(({ kind, from, length }) => ({ kind, from, to: from + length })),
      }));

      expectApart(barsOf({ title: "any", lanes: input }, width));
    }),
    { numRuns: 60 },
  );
});

test("keeps everything within the sheet, narrow and wide", () => {
  for (const width of [280, 390, 480, 880, 1_280]) {
    const picture = parseXml(swimlaneSvg(before, { width }));

    for (const bar of withLook(picture, "hold")) {
      expect(numberOf(bar, "x")).toBeGreaterThanOrEqual(0);
      expect(numberOf(bar, "x") + numberOf(bar, "width")).toBeLessThanOrEqual(width);
      expect(numberOf(bar, "y")).toBeLessThan(numberOf(picture, "height"));
    }
  }
});

test("writes larger on a phone, with the names above the lanes", () => {
  const [narrow, wide] = [swimlaneSvg(before, { width: 390 }), swimlaneSvg(before, { width: 880 })];

  expect(narrow).toContain("font:14px");
  expect(wide).toContain("font:12px");
  const [bar] = withLook(parseXml(narrow), "hold");
  expect(numberOf(bar, "x")).toBeLessThan(30);
});

test("shows the beginning of a long name, and the whole in a tooltip", () => {
  const name = "a task whose name is so long that no column of a picture could ever hold it";

  const picture = parseXml(swimlaneSvg({ title: "long", lanes: [{ name, spans: [{ kind: "run", from: 0, to: 1 }] }] }));

  const label = everyElement(picture).find(
    (element) => element.text.startsWith("a task") && element.text.endsWith("…"),
  );
  expect(label?.children.map((child) => child.text)).toEqual([name]);
});

test("stays well-formed and keeps hostile text text, wherever it stands", () => {
  const input: Swimlane = {
    title: hostile,
    lanes: [
      {
        name: hostile,
        spans: [{ kind: "call", from: 0, to: 10, label: hostile }],
        marks: [{ kind: "note", at: 5, label: hostile }],
      },
    ],
    bands: [{ name: hostile, from: 0, to: 10, openedBy: hostile, closedBy: hostile }],
  };

  const picture = parseXml(swimlaneSvg(input));

  expect(everyElement(picture).map((element) => element.name)).not.toContain("script");
  expect(picture.children[0]?.text).toContain("</title><script>");
});

test("begins every id and class with the picture's id, and names itself by its title and description", () => {
  const picture = parseXml(swimlaneSvg(before, { id: "first" }));

  const names = everyElement(picture).flatMap((element) => [
    ...(element.attributes.get("class")?.split(" ") ?? []),
    ...(element.attributes.get("id")?.split(" ") ?? []),
  ]);
  expect(names.filter((name) => name !== "first" && !name.startsWith("first-"))).toEqual([]);
  expect(picture.attributes.get("role")).toBe("img");
  expect(picture.attributes.get("aria-labelledby")).toBe("first-title first-desc");
  expect(picture.children.slice(0, 2).map((child) => [child.name, child.attributes.get("id")])).toEqual([
    ["title", "first-title"],
    ["desc", "first-desc"],
  ]);
});

test("uses no class that its style sheet does not know", () => {
  const everything: Swimlane = {
    title: "all kinds",
    lanes: [
      {
        name: "task",
        spans: (["run", "wait", "call", "hold"] as const).map((kind, index) => ({ kind, from: index, to: index + 1 })),
        marks: (["open", "close", "refused", "cancel", "note"] as const).map((kind, at) => ({ kind, at, label: kind })),
      },
    ],
    bands: [{ name: "band", from: 0, to: 4, openedBy: "task", closedBy: "task" }],
  };

  const picture = parseXml(swimlaneSvg(everything, { id: "p" }));

  const style = everyElement(picture).find((element) => element.name === "style")?.text ?? "";
  const classes = new Set(
    everyElement(picture).flatMap((element) => element.attributes.get("class")?.split(" ") ?? []),
  );
  expect([...classes].filter((name) => !style.includes(`.${name}{`))).toEqual([]);
});

test("derives the id from the input: equal for equal, different for different", () => {
  const [one, again, other] = [before, before, after].map((input) =>
    parseXml(swimlaneSvg(input)).attributes.get("class"),
  );

  expect(one).toBe(again);
  expect(one).not.toBe(other);
});

test("has colours for light and for dark", () => {
  const style = everyElement(parseXml(swimlaneSvg(before))).find((element) => element.name === "style")?.text ?? "";
  const [light, dark] = style.split("@media(prefers-color-scheme:dark)");

  const names = (text = ""): readonly string[] => (text.match(/--\w+(?=:)/g) ?? []).toSorted();
  expect(names(light).length).toBeGreaterThan(10);
  expect(names(dark)).toEqual(names(light));
});

test("retells the incident in less than 10 kB", () => {
  expect(Buffer.byteLength(swimlaneSvg(before))).toBeLessThan(10_000);
  expect(Buffer.byteLength(swimlaneSvg(after))).toBeLessThan(10_000);
});

test("draws what has not ended to the end of the picture", () => {
  const lanes: readonly Lane[] = [
    { name: "stuck", spans: [{ kind: "wait", from: 10, label: "lock" }] },
    { name: "done", spans: [{ kind: "run", from: 0, to: 100 }] },
  ];

  const [stuck, done] = barsOf({ title: "deadlock", lanes });

  expect((stuck?.x ?? 0) + (stuck?.width ?? 0)).toBeCloseTo((done?.x ?? 0) + (done?.width ?? 0), 0);
});

test("describes itself in words, or in the words given", () => {
  const [told, given] = [before, { ...before, description: "four tasks" }].map(
    (input) => parseXml(swimlaneSvg(input)).children[1]?.text,
  );

  expect(told).toBe("4 lanes over 40 ms. connection: opened by task 0, closing by task 3 refused. task 3 failed");
  expect(given).toBe("four tasks");
});

test("draws a lane on which nothing happened", () => {
  const picture = parseXml(swimlaneSvg({ title: "quiet", lanes: [{ name: "idle" }] }));

  expect(visibleText(picture)).toContain("idle");
});

test.each([
  ["no lanes", { lanes: [] }, RangeError],
  [
    "a time that is not a number",
    { lanes: [{ name: "a", spans: [{ kind: "run", from: 0, to: Number.NaN }] }] },
    RangeError,
  ],
  ["an infinite mark", { lanes: [{ name: "a", marks: [{ kind: "note", at: Infinity }] }] }, RangeError],
  [
    "a span that ends before it begins",
    { lanes: [{ name: "a", spans: [{ kind: "run", from: 2, to: 1 }] }] },
    RangeError,
  ],
] as const)("refuses %s", (_what, input, error) => {
  expect(() => swimlaneSvg({ title: "bad", ...input })).toThrow(error);
});

test("refuses a width that cannot be laid out and an id that cannot be a class", () => {
  expect(() => swimlaneSvg(before, { width: 100 })).toThrow(RangeError);
  expect(() => swimlaneSvg(before, { width: Number.NaN })).toThrow(RangeError);
  expect(() => swimlaneSvg(before, { id: "a b" })).toThrow(TypeError);
  expect(() => swimlaneSvg(before, { id: "x}body{display:none" })).toThrow(TypeError);
});

interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The bars of the lanes: the boxes with a tooltip, but for the bands. */
function barsOf(input: Swimlane, width = 880): readonly Bar[] {
  const picture = parseXml(swimlaneSvg(input, { width }));
  const kinds = new Set(["run", "wait", "call", "hold"].flatMap((kind) => withLook(picture, kind)));
  return everyElement(picture)
    .filter((element) => kinds.has(element) && element.children.length > 0)
    .map((bar) => ({
      x: numberOf(bar, "x"),
      y: numberOf(bar, "y"),
      width: numberOf(bar, "width"),
      height: numberOf(bar, "height"),
    }));
}

function expectApart(bars: readonly Bar[]): void {
  const rounding = 0.2;
  for (const [index, one] of bars.entries()) {
    for (const other of bars.slice(index + 1)) {
      const apart =
        one.x + one.width <= other.x + rounding ||
        other.x + other.width <= one.x + rounding ||
        one.y + one.height <= other.y ||
        other.y + other.height <= one.y;
      expect(apart, `${JSON.stringify(one)} meets ${JSON.stringify(other)}`).toBe(true);
    }
  }
}
