/**
 * The same, with each start and answer handed to fast-check's scheduler.
 *
 * @module
 */
import type { Meter } from "../../row.ts";
import { draw } from "../drawing.ts";
import { reportRate } from "../rate.ts";

export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  await reportRate(meter, () =>
    draw(1_000, (scheduler) => {
      const shared = { count: 0, opener: -1, wrong: 0 };
      const call = async (index: number): Promise<void> => {
        await scheduler.schedule(Promise.resolve(), "start");
        if (shared.count++ === 0) shared.opener = index;
        await scheduler.schedule(Promise.resolve(), "answer");
        if (--shared.count === 0 && shared.opener !== index) shared.wrong += 1;
      };
      for (let index = 0; index < 4; index++) void call(index);
    }),
  );
}
