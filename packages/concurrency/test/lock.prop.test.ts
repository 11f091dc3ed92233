import * as fc from "fast-check";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { execute, type Program, programs } from "./random-sharing.ts";

/** Another seed tries other programs: `PROPERTY_SEED=7 npm test`. */
const seed = Number(process.env["PROPERTY_SEED"] ?? 1);
const timeout = 30_000;
const numRuns = 800;

const lockPrograms = programs("lock");
const placePrograms = programs("semaphore", "limiter", "resize");
const queuePrograms = programs("produce", "consume", "lock");

async function expectToHold(arbitrary: fc.Arbitrary<Program>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(arbitrary, fc.nat(), async (program, order) => {
      expect((await execute(program, order)).violations).toEqual([]);
    }),
    { seed, numRuns },
  );
}

test(`${covers("SY-4")} (seed ${seed})`, { timeout }, async () => {
  await expectToHold(lockPrograms);
});

test(`${covers("SY-5")} (seed ${seed})`, { timeout }, async () => {
  await expectToHold(placePrograms);
});

test(`${covers("SY-6")} (seed ${seed})`, { timeout }, async () => {
  await expectToHold(queuePrograms);
});

test("the programs above are not trivial: most of them wait for something, and some have a wait cut short", async () => {
  const samples = [lockPrograms, placePrograms, queuePrograms].map((arbitrary) =>
    fc.sample(arbitrary, { seed, numRuns: 100 }),
  );

  const outcomes = await Promise.all(
    samples.map((sample) => Promise.all(sample.map((program) => execute(program, 1)))),
  );

  for (const some of outcomes) {
    expect(some.filter(({ waited }) => waited > 0).length).toBeGreaterThan(50);
    expect(some.filter(({ cancelled }) => cancelled > 0).length).toBeGreaterThan(5);
  }
});
