/**
 * Drawing orders with fast-check's scheduler.
 *
 * @module
 */
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
