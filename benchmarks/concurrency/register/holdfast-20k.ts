/**
 * Ten times 20,000 waits, because one time is too short to measure.
 *
 * @module
 */
import type { Meter } from "../../row.ts";
import { registerWaits } from "./waits.ts";

const rounds = 10;
export const operations = rounds * 20_000;

export async function sample(meter: Meter): Promise<void> {
  for (let round = 0; round < rounds; round++) await registerWaits(meter, 20_000);
}
