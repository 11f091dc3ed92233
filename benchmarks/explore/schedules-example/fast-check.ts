/**
 * The same tasks and scopes, where each start and each sleep is a promise of fast-check's scheduler: it has no way to tasks and
 * timers of the library.
 *
 * @module
 */
import { CountedConnection } from "../../../packages/demo/src/miniature.ts";
import type { Meter } from "../../row.ts";
import { draw, inFourTasks } from "../drawing.ts";
import { reportRate } from "../rate.ts";

export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  await reportRate(meter, () =>
    draw(500, (scheduler) => {
      const connection = new CountedConnection();
      const call = async (): Promise<void> => {
        await scheduler.schedule(Promise.resolve(), "start");
        await using _borrowed = await connection.borrow();
        await scheduler.schedule(Promise.resolve(), "sleep");
      };
      inFourTasks(call);
    }),
  );
}
