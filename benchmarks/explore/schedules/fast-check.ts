/**
 * The same tasks and scopes, where each start and each sleep is a promise of fast-check's scheduler: it has no way to tasks and
 * timers of the library.
 *
 * @module
 */
import type { Meter } from "../../row.ts";
import { draw, inFourTasks } from "../drawing.ts";
import { reportRate } from "../rate.ts";
import { Connection, countedCall } from "./counted-call.ts";

export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  await reportRate(meter, () =>
    draw(500, (scheduler) => {
      const connection = new Connection();
      const call = async (): Promise<void> => {
        await scheduler.schedule(Promise.resolve(), "start");
        await countedCall(connection, () => scheduler.schedule(Promise.resolve(), "sleep"));
      };
      inFourTasks(call);
    }),
  );
}
