import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TimerHeap, type HeapTimer } from "../src/internal/timer-heap.ts";

test("gives the timers by time, and those of one time in the order in which they were added", () => {
  const heap = new TimerHeap();
  const added = [3, 1, 2, 1, 3].map((at) => heap.add(at, () => {}));

  const order = drain(heap).map((timer) => added.indexOf(timer));

  expect(order).toEqual([1, 3, 2, 0, 4]);
});

test("removing a timer twice does nothing the second time", () => {
  const heap = new TimerHeap();
  const timer = heap.add(1, () => {});

  const removals = [heap.remove(timer), heap.remove(timer)];

  expect(removals).toEqual([true, false]);
  expect(heap.size).toBe(0);
});

test("any additions and removals leave a heap that gives the rest in order", () => {
  const step = fc.record({ at: fc.integer({ min: 0, max: 20 }), remove: fc.option(fc.nat()) });
  const operations = fc.array(step, { maxLength: 60, size: "max" });

  fc.assert(
    fc.property(operations, (steps) => {
      const heap = new TimerHeap();
      const alive: HeapTimer[] = [];
      for (const { at, remove } of steps) {
        alive.push(heap.add(at, () => {}));
        if (remove !== null) heap.remove(alive.splice(remove % alive.length, 1)[0] as HeapTimer);
      }

      const sorted = alive.toSorted((a, b) => a.at - b.at || a.order - b.order);

      expect(heap.size).toBe(alive.length);
      expect(drain(heap)).toEqual(sorted);
    }),
    { seed: 1, numRuns: 300 },
  );
});

function drain(heap: TimerHeap): HeapTimer[] {
  const timers: HeapTimer[] = [];
  for (let timer = heap.peek(); timer !== undefined; timer = heap.peek()) {
    heap.remove(timer);
    timers.push(timer);
  }
  return timers;
}
