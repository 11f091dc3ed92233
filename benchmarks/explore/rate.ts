/**
 * Orders tried in a second of CPU time.
 *
 * @module
 */
import type { Meter } from "../row.ts";
import { DepthFirst } from "../../packages/explore/src/search/depth-first.ts";
import { Session } from "../../packages/explore/src/session.ts";
import type { Scenario } from "../../packages/explore/src/single-run.ts";

/** Microseconds of CPU time that a sample takes: an exploration lasts seconds, so that what compiling takes hardly counts. */
const SAMPLE = 500_000;

/** Calls `tries`, which says how many orders it tried, for a while; reports the rate. */
export async function reportRate(meter: Meter, tries: () => number | Promise<number>): Promise<void> {
  const before = process.cpuUsage();
  let [orders, taken] = [0, 0];
  while (taken < SAMPLE) {
    orders += await tries();
    const { user, system } = process.cpuUsage(before);
    taken = user + system;
  }
  meter.report((orders / taken) * 1e6);
}

/**
 * Goes through all orders of a scenario, again and again. What an exploration sets up once is set up once, as it is by the peer: a
 * program of two dozen orders would measure little else.
 */
export async function exhaustAgain(meter: Meter, scenario: Scenario): Promise<void> {
  using session = new Session(scenario, { maxSteps: 10_000, orderedTimers: false, cancellations: 0 });
  await reportRate(meter, () => inMacrotask(() => exhaust(session)));
}

/** How many orders there are. */
function exhaust({ kernel, runner }: Session): number {
  const search = new DepthFirst();
  let orders = 0;
  while (!search.isFinished) {
    search.begin();
    const { end } = runner.once(search);
    if (end !== "given-up") orders += 1;
    search.end(kernel);
  }
  return orders;
}

/** Runs something where promises can be followed to their end. */
export function inMacrotask<T>(fn: () => T): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  setImmediate(() => resolve(fn()));
  return promise;
}
