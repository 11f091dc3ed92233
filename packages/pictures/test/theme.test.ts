import { expect, test } from "vitest";
import { styleSheet } from "../src/theme.ts";

const [light, dark] = styleSheet("p", 12, [])
  .split("@media")
  .map((sheet) => {
    const colours = [...sheet.matchAll(/--(\w+):#([0-9a-f]{3,6})/g)];
    return new Map(colours.map(([, name = "", hex = ""]) => [name, hex]));
  });

test.each([
  ["light", light],
  ["dark", dark],
])("keeps text legible and shapes visible in %s", (_scheme, colours) => {
  const text = [
    ["ink", "paper"],
    ["soft", "paper"],
    ["bad", "paper"],
    ["on", "run"],
    ["ink", "call"],
    ["ink", "hold"],
  ];
  const shapes = ["run", "amber", "band", "bad", "soft", "s0", "s1", "s2", "s3", "s4", "s5"];

  const faint = [
    ...text.filter(([front = "", back = ""]) => contrast(colours, front, back) < 4.5),
    ...shapes.filter((front) => contrast(colours, front, "paper") < 3),
  ];
  expect(faint).toEqual([]);
});

/** The contrast ratio of WCAG 2. */
function contrast(colours: ReadonlyMap<string, string> | undefined, front: string, back: string): number {
  const [high = 0, low = 0] = [front, back]
    .map((name) => luminance(colours?.get(name) ?? ""))
    .toSorted((one, other) => other - one);
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex: string): number {
  const digits = hex.length === 3 ? hex.replace(/./g, "$&$&") : hex;
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
