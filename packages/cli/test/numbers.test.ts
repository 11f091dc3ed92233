import { expect, test } from "vitest";
import { UsageError } from "../src/console.ts";
import { percent, readFraction, readWhole } from "../src/numbers.ts";

test.each([
  ["0", 0],
  ["7", 7],
  ["9007199254740991", Number.MAX_SAFE_INTEGER],
])("reads %s as a whole number", (text, value) => {
  expect(readWhole("--n", text, 0)).toBe(value);
});

test.each(["", " ", "-1", "1.5", "x", "1x", "9007199254740992", "Infinity"])("does not take %j for one", (text) => {
  expect(() => readWhole("--n", text, 0)).toThrow(
    new UsageError(`--n takes a whole number from 0 up, and "${text}" is not one`),
  );
});

test("keeps to the least that is allowed", () => {
  expect(() => readWhole("--n", "0", 1)).toThrow("--n takes a whole number from 1 up");
});

test.each([
  ["1", 1],
  ["0.02", 0.02],
  ["1/50", 0.02],
  [" 1/2.5 ", 0.4],
])("reads %j as a fraction", (text, value) => {
  expect(readFraction("--x", text)).toBeCloseTo(value, 12);
});

test.each(["", "x", "1/", "/2", "1/0", "1/2/3", "-1"])("does not take %j for one", (text) => {
  expect(() => readFraction("--x", text)).toThrow(
    new UsageError(`--x takes a number or a fraction such as 1/50, and "${text}" is neither`),
  );
});

test("a share is put in percent with one digit", () => {
  expect([percent(0), percent(0.1867), percent(1)]).toEqual(["0.0", "18.7", "100.0"]);
});
