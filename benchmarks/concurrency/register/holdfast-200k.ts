/**
 * 200,000 waits in one scope.
 *
 * @module
 */
import type { Meter } from "../../row.ts";
import { registerWaits } from "./waits.ts";

export const operations = 200_000;

export function sample(meter: Meter): Promise<void> {
  return registerWaits(meter, operations);
}
