import { expect, test } from "vitest";
import { createRandom, type Random } from "../src/random.ts";

test("the same seed gives the same numbers, another seed gives others", () => {
  const first = draws(createRandom(7), 5);
  const again = draws(createRandom(7), 5);
  const others = [8, -7, 7 + 2 ** 32].map((seed) => draws(createRandom(seed), 5));

  expect(again).toEqual(first);
  for (const other of others) expect(other).not.toEqual(first);
});

test("a fork depends on the seed and its label, not on what was drawn before", () => {
  const fresh = createRandom(1);
  const used = createRandom(1);
  draws(used, 100);

  const logs = draws(fresh.fork("logs"), 5);

  expect(draws(used.fork("logs"), 5)).toEqual(logs);
  expect(draws(fresh.fork("metrics"), 5)).not.toEqual(logs);
  expect(draws(createRandom(2).fork("logs"), 5)).not.toEqual(logs);
});

test("numbers fill [0, 1) evenly", () => {
  const numbers = draws(createRandom(3), 10_000);

  const counts = Array.from({ length: 10 }, (_, tenth) => numbers.filter((n) => Math.floor(n * 10) === tenth).length);

  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  // Each tenth expects 1000 with a standard deviation of 30.
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(120);
});

test("lognormal numbers have the mean and the coefficient of variation that were asked for", () => {
  const random = createRandom(4);

  const numbers = Array.from({ length: 20_000 }, () => random.lognormal(40, 0.5));

  const mean = average(numbers);
  const deviation = Math.sqrt(average(numbers.map((n) => (n - mean) ** 2)));
  expect(Math.abs(mean / 40 - 1)).toBeLessThan(0.02);
  expect(Math.abs(deviation / mean / 0.5 - 1)).toBeLessThan(0.05);
  expect(Math.min(...numbers)).toBeGreaterThan(0);
});

test("a lognormal number without variation is its mean", () => {
  const random = createRandom(4);

  const number = random.lognormal(40, 0);

  expect(number).toBe(40);
});

test("picks every element of a list and refuses an empty one", () => {
  const random = createRandom(5);

  const picked = new Set(Array.from({ length: 100 }, () => random.pick(["a", "b", "c"])));

  expect([...picked].toSorted()).toEqual(["a", "b", "c"]);
  expect(() => random.pick([])).toThrow(RangeError);
});

test.each([0.5, Number.NaN, Infinity, 2 ** 53])("refuses %d as a seed", (seed) => {
  expect(() => createRandom(seed)).toThrow(RangeError);
});

function draws(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.next());
}

function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
}
