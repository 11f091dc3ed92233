import { checkpoint } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { random } from "../src/random.ts";
import {
  ChangePoints,
  portfolio,
  PriorityBased,
  Uniform,
  UniformOrder,
  type Walk,
} from "../src/search/random-walks.ts";
import { Session } from "../src/session.ts";
import { inSlices } from "../src/slices.ts";
import type { Scenario } from "../src/single-run.ts";

const settings = { maxSteps: 1_000, orderedTimers: false };

/** How often each outcome comes up in so many runs. */
async function drawn(
  walk: Walk,
  runs: number,
  program: (note: (what: string) => void) => Scenario,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const scenario = program((what) => counts.set(what, (counts.get(what) ?? 0) + 1));
  using session = new Session(scenario, settings);
  let run = 0;
  await inSlices(() => {
    walk.begin();
    session.runner.once(walk);
    walk.end?.(session.kernel);
    return ++run === runs;
  });
  return counts;
}

/** Three tasks of one step each: six orders. */
const starts =
  (note: (what: string) => void): Scenario =>
  async (lab) => {
    let order = "";
    await lab.all(3, (index) => void (order += index));
    note(order);
  };

/** The bug takes `depth` steps in one order: task 1 must come between any two steps of task 0. */
const between =
  (steps: number) =>
  (note: (what: string) => void): Scenario =>
  async (lab) => {
    const log: string[] = [];
    await lab.all(2, async (index) => {
      for (let step = 0; step < (index === 0 ? steps : 1); step++) {
        if (step > 0) await checkpoint();
        log.push(`${index}`);
      }
    });
    note(log.join(""));
  };

/** Pearson's statistic against equal shares. */
function chiSquare(counts: ReadonlyMap<string, number>, cells: number): number {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const expected = total / cells;
  const seen = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return seen + (cells - counts.size) * expected;
}

/** The 99.9 % point of the distribution with 5 degrees of freedom. */
const LIMIT = 20.5;

test("draws each of what is ready with the same chance", async () => {
  const counts = await drawn(new Uniform(random(1)), 1_500, starts);

  expect(counts.size).toBe(6);
  expect(chiSquare(counts, 6)).toBeLessThan(LIMIT);
});

test("draws each order of tasks that are one step long with the same chance, by priorities", async () => {
  const counts = await drawn(new PriorityBased(random(1)), 1_500, starts);

  expect(chiSquare(counts, 6)).toBeLessThan(LIMIT);
});

test("puts a short task anywhere between the steps of a long one with about the same chance", async () => {
  const counts = await drawn(new UniformOrder(random(2)), 1_500, between(5));
  const shares = [...counts.values()].map((count) => count / 1_500);

  expect(counts.size).toBe(6);
  expect(Math.min(...shares)).toBeGreaterThan(1 / 12);
  expect(Math.max(...shares)).toBeLessThan(1 / 3);
});

test("comes to a bug of depth 2 at least as often as its bound says", async () => {
  const steps = 5;
  const counts = await drawn(new ChangePoints(random(3), 2), 1_500, between(steps));
  // Two tasks and the scenario's own; their steps, and the scenario's first and last.
  const bound = 1 / (3 * (steps + 3));
  const middle = ["010000", "001000", "000100", "000010"];

  for (const order of middle) expect((counts.get(order) ?? 0) / 1_500).toBeGreaterThan(bound / 2);
  expect(middle.reduce((sum, order) => sum + (counts.get(order) ?? 0), 0) / 1_500).toBeGreaterThan(bound);
});

test("never takes a task that goes on off its turn with depth 1", async () => {
  const counts = await drawn(new ChangePoints(random(4), 1), 500, between(4));

  expect([...counts.keys()].toSorted()).toEqual(["00001", "10000"]);
});

test("draws the same orders from the same seed", async () => {
  const names = portfolio(random(9)).map(({ name }) => name);
  const draw = (index: number, seed: number): Promise<Map<string, number>> =>
    drawn(portfolio(random(seed))[index] as Walk, 50, between(3));

  expect(names).toEqual(["random", "POS", "URW", "PCT(3)", "PCT(5)"]);
  for (const index of names.keys()) {
    const first = await draw(index, 9);

    expect(await draw(index, 9)).toEqual(first);
    expect(await draw(index, 10)).not.toEqual(first);
  }
});
