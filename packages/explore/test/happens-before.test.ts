import { expect, test } from "vitest";
import { HappensBefore } from "../src/kernel/happens-before.ts";
import { random } from "../src/random.ts";
import { below } from "./random-numbers.ts";

function step(
  order: HappensBefore,
  madeBy: number,
  touched: readonly (readonly [object, "read" | "write"])[] = [],
): void {
  order.add(madeBy);
  for (const [resource, mode] of touched) order.access(resource, mode === "write");
  order.close();
}

function unnamed(): HappensBefore {
  return new HappensBefore(() => 0);
}

test("puts a step after the one that made it, and after what came before that", () => {
  const order = unnamed();

  step(order, -1);
  step(order, 0);
  step(order, -1);
  step(order, 1);

  expect([order.isBefore(0, 1), order.isBefore(0, 3), order.isBefore(1, 3)]).toEqual([true, true, true]);
  expect([order.isBefore(0, 2), order.isBefore(2, 3), order.isBefore(1, 0)]).toEqual([false, false, false]);
});

test("puts a writer after all readers since the last writer, and leaves readers side by side", () => {
  const order = unnamed();
  const cell = {};

  step(order, -1, [[cell, "write"]]);
  step(order, -1, [[cell, "read"]]);
  step(order, -1, [[cell, "read"]]);
  step(order, -1, [[cell, "write"]]);

  expect(new Set(order.directlyBefore(3))).toEqual(new Set([0, 1, 2]));
  expect(order.isBefore(1, 2)).toBe(false);
  expect(order.isBefore(0, 2)).toBe(true);
});

test("tells those that come just before a step, with no other in between", () => {
  const order = unnamed();
  const [cell, other] = [{}, {}];

  step(order, -1, [[cell, "write"]]);
  step(order, -1, [[cell, "read"]]);
  step(order, -1, [[other, "write"]]);
  step(order, 0, [
    [cell, "write"],
    [other, "read"],
  ]);

  expect(order.justBefore(3)).toEqual([1, 2]);
  expect(order.directlyBefore(3)).toEqual([0, 1, 2]);
});

test("tells the readers since the last writer in the order in which they came, whatever else was read in between", () => {
  const order = unnamed();
  const [cell, other] = [{}, {}];

  step(order, -1, [[cell, "read"]]);
  step(order, -1, [[cell, "write"]]);
  for (let reader = 0; reader < 3; reader++) {
    step(order, -1, [
      [cell, "read"],
      [other, "read"],
    ]);
  }

  expect(order.readersOf(cell)).toEqual([2, 3, 4]);
  expect(order.readersOf({})).toEqual([]);
});

test("knows nothing of the run before when a run begins", () => {
  let names = 0;
  const order = new HappensBefore(() => ++names);
  const [first, second, third, fourth] = [{}, {}, {}, {}];
  step(order, -1, [[first, "read"]]);
  step(order, -1, [[second, "write"]]);
  step(order, -1, [[second, "read"]]);
  step(order, -1, [[second, "read"]]);

  order.clear();
  step(order, -1, [[third, "write"]]);
  step(order, -1, [[fourth, "read"]]);
  step(order, -1, [[fourth, "read"]]);

  expect(order.directlyBefore(2)).toEqual([]);
  expect(order.readersOf(fourth)).toEqual([1, 2]);
  expect(order.accessesOf(2, 2, -2)).toEqual({ keys: [4], writes: [false] });
});

test("puts a step that may have touched anything after all before it, and before all after it", () => {
  const order = unnamed();

  step(order, -1);
  order.add(-1);
  order.touchEverything();
  order.close();
  step(order, -1);

  expect([order.isBefore(0, 1), order.isBefore(1, 2), order.isBefore(0, 2)]).toEqual([true, true, true]);
});

test("what a run before the last one met is not taken for what the last one met", () => {
  const order = unnamed();
  const run = (kept: number, ...last: readonly (readonly [object, "read" | "write"])[][]): void => {
    order.clear(kept);
    for (const touched of last) step(order, -1, touched);
  };
  run(0, [[{}, "write"]], [[{}, "write"]]);
  const second = {};
  run(1, [[second, "write"]], [[second, "read"]]);

  const third = {};
  run(2, [[third, "write"]], [[third, "read"]], [[third, "write"]]);

  expect(new Set(order.directlyBefore(2))).toEqual(new Set([0, 1]));
});

test("a step that is kept reads the times that it read when it was noted, though it knows more of them in the end", () => {
  const order = unnamed();
  const run = (kept: number): number[] => {
    const cell = {};
    order.clear(kept);
    order.add(-1, 30);
    order.access(cell, true);
    order.close();
    order.add(-1, 10);
    const readings = [order.readTime()];
    order.access(cell, false);
    readings.push(order.readTime());
    order.close();
    step(order, 1);
    readings.push(order.readTime());
    return readings;
  };

  expect(run(0)).toEqual([10, 30, 30]);
  expect(run(2)).toEqual([10, 30, 30]);
  expect(order.hasDeparted).toBe(false);
});

test("a step that may have touched anything comes before what is new in the next run as well", () => {
  const order = unnamed();
  order.add(-1);
  order.touchEverything();
  order.close();

  order.clear(1);
  order.add(-1);
  order.touchEverything();
  order.close();
  step(order, -1);

  expect(order.isBefore(0, 1)).toBe(true);
});

test("tells the latest time that anything before a step was due, and no time of what has nothing to do with it", () => {
  const order = unnamed();
  const cell = {};

  order.add(-1, 30);
  order.access(cell, true);
  order.close();
  order.add(-1, 20);
  order.close();
  step(order, 1, [[cell, "read"]]);

  expect([0, 1, 2].map((each) => order.timeOf(each))).toEqual([30, 20, 30]);
});

test("forgets the run before when a run begins", () => {
  const order = unnamed();
  const cell = {};
  step(order, -1, [[cell, "write"]]);

  order.clear();
  step(order, -1);
  step(order, -1, [[cell, "read"]]);

  expect(order.isBefore(0, 1)).toBe(false);
  expect(order.length).toBe(2);
});

test("a run that begins as the one before leaves what it meets there as that one had left it, on other objects", () => {
  let names = 0;
  // Names that hold for those who came after what they name was touched first.
  const order = new HappensBefore(() => 4_096 + ++names);
  const run = (kept: number, last: "read" | "write"): object => {
    const [cell, other, late] = [{}, {}, {}];
    order.clear(kept);
    order.name(other, 50);
    step(order, -1, [[cell, "write"]]);
    step(order, -1, [
      [cell, "read"],
      [other, "read"],
      [late, "read"],
    ]);
    step(order, -1, [[cell, "read"]]);
    step(order, -1, [
      [other, "write"],
      [cell, last],
    ]);
    return cell;
  };

  run(0, "read");
  expect(order.justBefore(3)).toEqual([1]);
  const cell = run(2, "write");

  expect(order.hasDeparted).toBe(false);
  expect(order.justBefore(3)).toEqual([1, 2]);
  expect(order.isBefore(0, 2)).toBe(true);
  expect(order.readersOf(cell)).toEqual([]);
  expect(order.accessesOf(3, 3, -2)).toEqual({ keys: [50, 4_097], writes: [true, true] });
  expect(order.accessesOf(1, 1, -2)).toEqual({ keys: [4_097, 50, -2], writes: [false, false, false] });
});

test.each([
  ["touches more", [{}, {}], true],
  ["touches less", [], true],
  ["touches as much", [{}], false],
])("a step that %s than in the run before is told of: it was said to be the same", (_, touched, hasDeparted) => {
  const order = unnamed();
  step(order, -1, [[{}, "write"]]);
  step(order, -1);

  order.clear(1);
  step(
    order,
    -1,
    touched.map((each) => [each, "write"] as const),
  );

  expect(order.hasDeparted).toBe(hasDeparted);
});

test.each([
  [60, 40],
  [12, 120],
])("agrees with itself when the beginning is kept, over 300 runs of %i steps and %i things", (length, things) => {
  const chance = random(9);
  const [kept, anew] = [unnamed(), unnamed()];
  let steps: (readonly [cell: number, mode: "read" | "write"])[][] = [];

  for (let round = 0; round < 300; round++) {
    const same = Math.min(below(chance, steps.length + 1), length - 1);
    const rest = Array.from({ length: length - same }, () =>
      Array.from({ length: below(chance, 4) }, () => {
        return [below(chance, things), chance() < 0.5 ? "read" : "write"] as const;
      }),
    );
    steps = [...steps.slice(0, same), ...rest];
    const [some, others] = [0, 1].map(() => Array.from({ length: things }, () => ({})));
    kept.clear(same);
    anew.clear();
    for (const touched of steps) {
      step(
        kept,
        -1,
        touched.map(([cell, mode]) => [some?.[cell] as object, mode]),
      );
      step(
        anew,
        -1,
        touched.map(([cell, mode]) => [others?.[cell] as object, mode]),
      );
    }
    for (const at of steps.keys()) expect(kept.directlyBefore(at)).toEqual(anew.directlyBefore(at));
    for (const cell of some?.keys() ?? []) {
      expect(kept.readersOf(some?.[cell] as object)).toEqual(anew.readersOf(others?.[cell] as object));
    }
  }
});

test("agrees with a search through the graph of what follows what, over 200 steps", () => {
  const chance = random(5);
  const order = unnamed();
  const cells = Array.from({ length: 12 }, () => ({}));
  const follows: Set<number>[] = [];
  const touched: (readonly [object, "read" | "write"])[][] = [];

  for (let at = 0; at < 200; at++) {
    const madeBy = below(chance, at + 1) - 1;
    const accesses = cells
      .filter(() => chance() < 0.15)
      .map((cell) => [cell, chance() < 0.5 ? "read" : "write"] as const);
    step(order, madeBy, accesses);
    touched.push(accesses);
    const before = new Set<number>();
    for (let earlier = 0; earlier < at; earlier++) {
      const meets = touched[earlier]?.some(([cell, mode]) =>
        accesses.some(([other, how]) => other === cell && (mode === "write" || how === "write")),
      );
      if (earlier !== madeBy && meets !== true) continue;
      before.add(earlier);
      for (const one of follows[earlier] ?? []) before.add(one);
    }
    follows.push(before);
  }

  const wrong: string[] = [];
  for (let later = 0; later < 200; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      if (order.isBefore(earlier, later) !== (follows[later]?.has(earlier) === true)) wrong.push(`${earlier} ${later}`);
    }
  }
  expect(wrong).toEqual([]);
});
