import * as fc from "fast-check";
import { expect, test } from "vitest";
import { program, type Program } from "./random-program.ts";
import { execute, type Histogram } from "./random-program-interpreter.ts";
import { drained, watchRejections } from "./virtually.ts";

/** Another seed tries other programs: `PROPERTY_SEED=7 npm test`. */
const seed = Number(process.env["PROPERTY_SEED"] ?? 1);
const timeout = 120_000;
const programs = 20_000;

test(
  `whatever ${programs} programs do, no task outlives its group, every wait ends, no cancellation leaves its scope, and nothing is held at the end (seed ${seed})`,
  { timeout },
  async ({ annotate }) => {
    using rejections = watchRejections();
    const histogram: Histogram = new Map();

    await fc.assert(
      fc.asyncProperty(program, fc.nat(), async (statements, order) => {
        const { violations } = await execute(statements, order, histogram);
        // An assertion for each of so many programs would cost more than they do.
        if (violations.length > 0) throw new Error(violations.join("; "));
      }),
      { seed, numRuns: programs },
    );
    await drained();
    const counts = [...histogram].toSorted(([, left], [, right]) => right - left);
    await annotate(`carried out: ${counts.map(([kind, count]) => `${kind} ${count}`).join(", ")}`);

    expect(rejections.reasons).toEqual([]);
    expect(counts.filter(([, count]) => count < 100)).toEqual([]);
  },
);

test(`the same program in the same order of choices takes the same steps (seed ${seed})`, { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(program, fc.nat(), async (statements, order) => {
      expect((await execute(statements, order)).trace).toEqual((await execute(statements, order)).trace);
    }),
    { seed, numRuns: 50 },
  );
});

test("the programs above are not trivial: half of them cancel something, and some nest four deep", () => {
  const sample = fc.sample(program, { seed, numRuns: 400 });

  const cancelling = sample.filter((statements) => /cancel|"timeout":\d/.test(JSON.stringify(statements)));

  expect(cancelling.length).toBeGreaterThan(100);
  expect(Math.max(...sample.map(nesting))).toBeGreaterThanOrEqual(4);
});

function nesting(statements: Program): number {
  const inner = statements.map((statement) =>
    Math.max(0, ...Object.values(statement).map((value: unknown) => (Array.isArray(value) ? deepest(value) : 0))),
  );
  return 1 + Math.max(0, ...inner);
}

function deepest(value: readonly unknown[]): number {
  if (value.every((item) => Array.isArray(item))) return Math.max(0, ...value.map((item) => nesting(item as Program)));
  return nesting(value as Program);
}
