import { expect, test } from "vitest";
import { type Asleep, isAwake, isIn, type Tried, without } from "../src/search/sleep-sets.ts";

function tried(...path: number[]): Tried {
  return { path, footprint: { keys: [], writes: [] }, state: 0 };
}

const whole: Asleep = { event: 7, ways: [tried(0, 0), tried(0, 1), tried(1)], awake: undefined };

function meets(...path: number[]): (way: Tried) => boolean {
  return (way) => String(way.path) === String(path);
}

test("an event stays asleep whole until a step has to do with one of its ways", () => {
  expect(without(whole, () => false)).toBe(whole);
  expect(isIn([whole], 7)).toBe(true);
  expect(isIn([whole], 8)).toBe(false);
  expect(without(whole, () => true)).toBeUndefined();

  const half = without(whole, meets(0, 1)) as Asleep;
  expect(isIn([half], 7)).toBe(false);
  expect(half).toEqual({ event: 7, ways: [tried(0, 0), tried(1)], awake: [[0, 1]] });
});

test("a way is left out where nothing but what is asleep begins with it, and tried where something else does", () => {
  const half = without(whole, meets(0, 1)) as Asleep;

  expect([[0], [1], [0, 0], [0, 1], [2]].map((begun) => isAwake(half, begun))).toEqual([
    true,
    false,
    false,
    true,
    true,
  ]);
});

test("what woke before stays awake when another way wakes", () => {
  const half = without(whole, meets(0, 1)) as Asleep;
  const less = without(half, meets(1)) as Asleep;

  expect([[0], [1], [0, 0], [0, 1]].map((begun) => isAwake(less, begun))).toEqual([true, true, false, true]);
});
