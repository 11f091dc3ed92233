import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { random } from "../src/random.ts";
import type { Schedule } from "../src/search/schedule.ts";
import { shrink, type Try } from "../src/shrink.ts";
import { below } from "./random-numbers.ts";

const choices = Array.from({ length: 12 }, () => ({ count: 3, byItself: 0 }));

/** Fails where a schedule departs in all the ways that are needed. */
function needing(needed: Schedule): Try {
  return (schedule) => ({
    isSame: needed.every(({ at, index }) => schedule.some((one) => one.at === at && one.index === index)),
    possible: choices,
  });
}

test(covers("EX-12"), () => {
  const chance = random(3);

  for (let turn = 0; turn < 30; turn++) {
    const failing = choices.map((_, at) => ({ at, index: 1 + below(chance, 2) }));
    const needed = failing.filter(() => chance() < 0.15).slice(0, 2);

    const { schedule, isMinimal } = shrink(failing, needing(needed));

    expect(schedule).toEqual(needed);
    expect(isMinimal).toBe(true);
  }
});

test("finds a failure with fewer departures that the first one does not contain", () => {
  const [first, other]: readonly Schedule[] = [
    [
      { at: 1, index: 1 },
      { at: 4, index: 1 },
    ],
    [{ at: 7, index: 2 }],
  ];
  const either: Try = (schedule) => ({
    isSame: needing(first as Schedule)(schedule).isSame || needing(other as Schedule)(schedule).isSame,
    possible: choices,
  });

  expect(shrink(first as Schedule, either)).toMatchObject({ schedule: other, isMinimal: true });
});

test("comes to no departure where the order without preemptions fails already", () => {
  const { schedule, isMinimal, runs } = shrink([{ at: 2, index: 1 }], needing([]));

  expect([schedule, isMinimal]).toEqual([[], true]);
  expect(runs).toBeLessThan(5);
});

test("leaves out what is not needed also where the smallest cannot be looked for", () => {
  const failing = choices.map((_, at) => ({ at, index: 1 }));
  const needed = failing.filter(({ at }) => at % 2 === 1);

  expect(shrink(failing, needing(needed))).toMatchObject({ schedule: needed, isMinimal: false });
});

test(covers("EX-13"), () => {
  const many = Array.from({ length: 400 }, () => ({ count: 12, byItself: 0 }));
  const needed = [3, 90, 200].map((at) => ({ at, index: 1 }));
  const attempt: Try = (schedule) => ({ ...needing(needed)(schedule), possible: many });

  const { schedule, isMinimal } = shrink(needed, attempt);

  expect(schedule).toEqual(needed);
  expect(isMinimal).toBe(false);
});
