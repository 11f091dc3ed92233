/**
 * The same with fast-check's scheduler; so many draws where none of them fails.
 *
 * @module
 */
import type { Meter } from "../../row.ts";
import { draw } from "../drawing.ts";

export const operations = 1;

const [tasks, steps, most] = [4, 3, 10_000];

export async function sample(meter: Meter): Promise<void> {
  let [runs, first] = [0, most];
  await draw(most, (scheduler) => {
    runs += 1;
    const run = runs;
    let reached = 0;
    const task = async (index: number): Promise<void> => {
      for (let step = 0; step < steps; step++) {
        await scheduler.schedule(Promise.resolve(), `task ${index}`);
        if (reached === step * tasks + (tasks - 1 - index)) reached += 1;
      }
      if (reached === tasks * steps) first = Math.min(first, run);
    };
    for (let index = 0; index < tasks; index++) void task(index);
  });
  meter.report(first);
}
