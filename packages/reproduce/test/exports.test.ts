import { expect, test } from "vitest";
import * as reproduce from "../src/index.ts";

const cap = 15;

test("the run-time exports are these, and few", () => {
  const names = Object.keys(reproduce).toSorted();

  expect(names).toEqual([
    "LevelMissingError",
    "UnreachableError",
    "arrivalText",
    "compare",
    "differenceInterval",
    "emitTest",
    "fisherExact",
    "predictBurst",
    "predictOverlap",
    "reproduce",
    "reproduceReport",
    "runsNeeded",
    "verdictSentences",
    "wilsonInterval",
  ]);
  expect(names.length).toBeLessThanOrEqual(cap);
});
