import { expect, test } from "vitest";
import { chance } from "../../scripts/soak/chance.ts";

test("chance depends on the seed, the question and the index, and on nothing else", () => {
  const drawn = Array.from({ length: 10_000 }, (_, index) => chance(1, "way", index));

  expect(chance(1, "way", 7)).toBe(drawn[7]);
  expect(new Set([drawn[7], chance(2, "way", 7), chance(1, "why", 7), drawn[8]]).size).toBe(4);
  expect(drawn.reduce((sum, number) => sum + number, 0) / drawn.length).toBeCloseTo(0.5, 1);
  expect(drawn.every((number) => number >= 0 && number < 1)).toBe(true);
});
