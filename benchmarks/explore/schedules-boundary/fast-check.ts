/**
 * The same program, whose timer is put into fast-check's scheduler by hand.
 *
 * @module
 */
import type { Meter } from "../../row.ts";
import { draw } from "../drawing.ts";
import { reportRate } from "../rate.ts";
import { fourCalls } from "./four-calls.ts";

export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  await reportRate(meter, () =>
    draw(1_000, (scheduler) => void fourCalls((ms) => scheduler.schedule(Promise.resolve(), `pause ${ms}`))),
  );
}
