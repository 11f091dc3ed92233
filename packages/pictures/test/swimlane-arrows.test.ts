import { expect, test } from "vitest";
import { type Arrow, type Swimlane, swimlaneSvg } from "../src/index.ts";
import { type Element, everyElement, numberOf, parseXml, visibleText, withLook } from "./xml.ts";

const arrow: Arrow = {
  from: { lane: "reader", at: 4 },
  to: { lane: "writer", at: 6 },
  label: "both touch account.balance",
};
const race: Swimlane = {
  title: "A lost update",
  lanes: [
    { name: "reader", spans: [{ kind: "run", from: 3, to: 4 }] },
    { name: "other", spans: [{ kind: "run", from: 0, to: 10 }] },
    { name: "writer", spans: [{ kind: "run", from: 6, to: 7 }] },
  ],
  arrows: [arrow],
};

test("tells above the lanes which came before which, and why", () => {
  for (const width of [390, 880]) {
    const picture = parseXml(swimlaneSvg(race, { width }));

    const lines = everyElement(picture).filter(
      ({ name, text }) => name === "text" && /^reader before|balance$/.test(text),
    );
    const sentence = lines[0];
    expect(visibleText(picture).join(" ")).toContain("reader before writer: both touch account.balance");
    for (const bar of bars(picture)) expect(numberOf(bar, "y")).toBeGreaterThan(numberOf(sentence, "y"));
  }
});

test("leads from the bar of the one to the bar of the other, down or up, and ends in a tip", () => {
  const [reader, , writer] = bars(parseXml(swimlaneSvg(race)));
  const upwards = { ...arrow, from: { lane: "writer", at: 7 }, to: { lane: "reader", at: 4 } };

  const down = endsOf(parseXml(swimlaneSvg(race)));
  const up = endsOf(parseXml(swimlaneSvg({ ...race, arrows: [upwards] })));

  const right = (bar?: Element): number => numberOf(bar, "x") + numberOf(bar, "width");
  const bottom = (bar?: Element): number => numberOf(bar, "y") + numberOf(bar, "height");
  expect(down.from[0]).toBeCloseTo(right(reader), 0);
  expect(down.from[1]).toBeCloseTo(bottom(reader), 0);
  expect(down.tip[0]).toBeCloseTo(numberOf(writer, "x"), 0);
  expect(down.tip[1]).toBeCloseTo(numberOf(writer, "y"), 0);
  expect(up.from[1]).toBeCloseTo(numberOf(writer, "y"), 0);
  expect(up.tip[1]).toBeCloseTo(bottom(reader), 0);
});

test("leads along a lane that both moments are in", () => {
  const within = { from: { lane: "reader", at: 3 }, to: { lane: "reader", at: 10 } };

  const { from, tip } = endsOf(parseXml(swimlaneSvg({ ...race, arrows: [within] })));

  expect(tip[1]).toBe(from[1]);
  expect(tip[0]).toBeGreaterThan(from[0]);
});

test("explains itself in the legend, once, and describes every arrow", () => {
  const twice = { ...race, arrows: [arrow, { from: { lane: "writer", at: 7 }, to: { lane: "other", at: 10 } }] };

  const picture = parseXml(swimlaneSvg(twice));

  expect(visibleText(picture).filter((text) => text === "comes before")).toHaveLength(1);
  expect(picture.children[1]?.text).toContain("reader before writer: both touch account.balance. writer before other");
  expect(withLook(picture, "tip")).toHaveLength(2 + 1);
});

test("draws no arrow from or to a task that has no lane, and none for one that is not asked for", () => {
  const lost = { ...race, arrows: [{ ...arrow, to: { lane: "nobody", at: 6 } }] };
  const { arrows: _none, ...plain } = race;

  expect(withLook(parseXml(swimlaneSvg(lost)), "tip")).toHaveLength(1);
  expect(withLook(parseXml(swimlaneSvg(plain)), "tip")).toHaveLength(0);
  expect(visibleText(parseXml(swimlaneSvg(plain)))).not.toContain("comes before");
});

test("two moments at one time and in one lane still make a picture", () => {
  const same = { lane: "reader", at: 4 };

  const picture = swimlaneSvg({ ...race, arrows: [{ from: same, to: same }] });

  expect(withLook(parseXml(picture), "tip")).toHaveLength(1 + 1);
  expect(picture).not.toContain("NaN");
});

test("keeps hostile names and labels text, and refuses times that are none", () => {
  const hostile = `</title><script>\u0000`;
  const lanes = [{ name: hostile }, { name: "b" }];
  const input = {
    title: "x",
    lanes,
    arrows: [{ from: { lane: hostile, at: 0 }, to: { lane: "b", at: 1 }, label: hostile }],
  };
  const nowhen = { ...race, arrows: [{ ...arrow, to: { lane: "writer", at: Number.NaN } }] };

  expect(everyElement(parseXml(swimlaneSvg(input))).map(({ name }) => name)).not.toContain("script");
  expect(() => swimlaneSvg(nowhen)).toThrow(RangeError);
});

test("stays under 10 kB", () => {
  expect(Buffer.byteLength(swimlaneSvg(race))).toBeLessThan(10_000);
});

function bars(picture: Element): readonly Element[] {
  return withLook(picture, "run").filter(({ children }) => children.length > 0);
}

/** Where the first arrow begins, and where its tip points to. */
function endsOf(picture: Element): { from: readonly [number, number]; tip: readonly [number, number] } {
  const pair = (element: Element | undefined): readonly [number, number] => {
    const [, x, y] = /^M(\S+) ([^LZ]+)/.exec(element?.attributes.get("d") ?? "") ?? [];
    return [Number(x), Number(y)];
  };
  return { from: pair(withLook(picture, "arrow")[0]), tip: pair(withLook(picture, "tip")[0]) };
}
