/**
 * As many draws as there are orders of the starts and sleeps of so many calls: (2n)! / 2^n. It never knows whether it has had all.
 *
 * @module
 */
import type { Meter } from "../../row.ts";
import { draw } from "../drawing.ts";

export const operations = 1;

const tasks = Number(new URL(import.meta.url).searchParams.get("tasks"));
/** Few of them, which stand for all. */
const drawn = 1_000;

export async function sample(meter: Meter): Promise<void> {
  const before = process.cpuUsage();
  await draw(drawn, (scheduler) => {
    const call = async (): Promise<void> => {
      await scheduler.schedule(Promise.resolve(), "start");
      await scheduler.schedule(Promise.resolve(), "sleep");
    };
    for (let index = 0; index < tasks; index++) void call();
  });
  const { user, system } = process.cpuUsage(before);
  meter.report(((user + system) / 1_000) * (orders() / drawn));
}

function orders(): number {
  let count = 1;
  for (let factor = 2; factor <= 2 * tasks; factor++) count *= factor;
  return count / 2 ** tasks;
}
