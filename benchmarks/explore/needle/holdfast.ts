/**
 * How many orders are tried until the one that fails.
 *
 * @module
 */
import { explore } from "@holdfast/explore";
import { larger } from "../../../examples/catalogue/needle.ts";
import type { Meter } from "../../row.ts";

export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  const { counts } = await explore(larger);
  meter.report(counts.firstFailure ?? Infinity);
}
