import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { reproduce } from "../src/index.ts";
import { seededRandom } from "../src/seeded-random.ts";
import { openHttpServer } from "./test-server.ts";

const draws = (seed: number, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random());
};

test("a seed gives the same numbers each time, and another seed others", () => {
  expect(draws(7, 5)).toEqual(draws(7, 5));
  expect(draws(7, 5)).not.toEqual(draws(8, 5));
  expect(draws(2 ** 32 - 1, 5)).not.toEqual(draws(2 ** 31 - 1, 5));
});

test("the numbers are spread evenly over [0, 1)", () => {
  const tenths = Map.groupBy(draws(1, 10_000), (number) => Math.floor(number * 10));

  expect(new Set(tenths.keys())).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  for (const numbers of tenths.values()) expect(Math.abs(numbers.length - 1_000)).toBeLessThan(150);
});

test(covers("RP-6"), async () => {
  await using server = await openHttpServer((response) => response.end());
  // A gap of more than nine times the mean, of which chance would give one in ten thousand.
  const isLong = (seed: number): boolean => seededRandom(seed)() > 0.9999;
  let seed = 0;
  while (!isLong(seed)) seed += 1;
  const options = { url: server.url, signature: "x", requests: 2, concurrency: 1, arrival: { rate: 20 } };

  const given = await reproduce({ ...options, seed });

  expect(given.seed).toBe(seed);
  expect(given.levels[0]?.elapsedMs).toBeGreaterThan(9 * 50 - 5);
});

test("another seed is drawn each time where none is given, and none where nothing comes at random", async () => {
  await using server = await openHttpServer((response) => response.end());
  const options = { url: server.url, signature: "x", requests: 1, concurrency: 1 };

  const [one, other, even, closed] = [
    await reproduce({ ...options, arrival: { rate: 100 } }),
    await reproduce({ ...options, arrival: { rate: 100, spacing: "random" } }),
    await reproduce({ ...options, arrival: { rate: 100, spacing: "even" } }),
    await reproduce({ ...options, seed: 3 }),
  ];

  expect(Number.isSafeInteger(one.seed) && Number.isSafeInteger(other.seed)).toBe(true);
  expect(one.seed).not.toBe(other.seed);
  expect([even.seed, closed.seed]).toEqual([null, null]);
});

test.each([-1, 0.5, 2 ** 32, Number.NaN])("refuses the seed %s", async (seed) => {
  const refused = reproduce({ url: "http://127.0.0.1:1/", signature: "x", requests: 1, concurrency: 1, seed });

  await expect(refused).rejects.toThrow(/^a seed is a whole number from 0 up to 4294967295/);
});
