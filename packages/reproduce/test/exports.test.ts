import { expect, test } from "vitest";
import * as reproduce from "../src/index.ts";

const cap = 8;

test("the run-time exports are these, and few", () => {
  const names = Object.keys(reproduce).toSorted();

  expect(names).toEqual([
    "LevelMissingError",
    "UnreachableError",
    "compare",
    "fisherExact",
    "reproduce",
    "runsNeeded",
    "wilsonInterval",
  ]);
  expect(names.length).toBeLessThanOrEqual(cap);
});
