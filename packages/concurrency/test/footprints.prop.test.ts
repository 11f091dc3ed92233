import * as fc from "fast-check";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { programsAbout, subjectNames } from "./random-touching.ts";
import { type Swaps, swapNeighbours } from "./swapped-steps.ts";

/** Another seed tries other programs: `PROPERTY_SEED=7 npm test`. */
const seed = Number(process.env["PROPERTY_SEED"] ?? 1);
const timeout = 30_000;

test.each(subjectNames)(`${covers("RT-13")} (%s, seed ${seed})`, { timeout }, async (subject) => {
  await fc.assert(
    fc.asyncProperty(programsAbout(subject), fc.nat(), async (program, order) => {
      expect((await swapNeighbours(program, order, 1)).holes).toEqual([]);
    }),
    { seed, numRuns: 120 },
  );
});

test("the programs above are not trivial: of the neighbours that can change places some conflict and some do not", async () => {
  const seen: Swaps[] = [];

  for (const subject of subjectNames) {
    for (const program of fc.sample(programsAbout(subject), { seed, numRuns: 20 })) {
      seen.push(await swapNeighbours(program, 1, 0));
    }
  }

  const pairs = seen.reduce((sum, swaps) => sum + swaps.pairs, 0);
  const conflicts = seen.reduce((sum, swaps) => sum + swaps.conflicts, 0);
  expect(conflicts).toBeGreaterThan(100);
  expect(pairs - conflicts).toBeGreaterThan(100);
});
