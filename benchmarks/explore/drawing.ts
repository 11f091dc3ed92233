/**
 * Drawing orders with fast-check's scheduler.
 *
 * @module
 */
import { taskGroup } from "@holdfast/concurrency";
import { assert, asyncProperty, type Scheduler, scheduler } from "fast-check";

/** Runs a program in so many orders; it hands each promise to the scheduler, and does not wait for itself. */
export async function draw(runs: number, program: (scheduler: Scheduler) => void): Promise<number> {
  const property = asyncProperty(scheduler(), async (drawn) => {
    program(drawn);
    await drawn.waitIdle();
  });
  await assert(property, { numRuns: runs, endOnFailure: true });
  return runs;
}

/** The same call in four tasks. Most orders fail, and nobody asks: what is measured is how many are tried. */
export function inFourTasks(call: () => Promise<void>): void {
  const calls = taskGroup((group) => {
    for (let index = 0; index < 4; index++) group.startSoon(call, { name: `task ${index}` });
  });
  calls.catch(() => {});
}
