/**
 * What is promised of: gather.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const gather = {
  letters: "GA",
  title: "Gather",
  terms: "`gather([...])` runs several functions as the children of one task group and collects their results.",
  promises: {
    "GA-1":
      "`gather` runs each function in a child task of its own and resolves with the results in the order of the functions",
    "GA-2":
      "when one function of a `gather` fails the others are cancelled, and one exception group is thrown when all have ended",
  },
} as const satisfies Area;
