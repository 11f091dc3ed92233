/**
 * From a clone and a hash to the whole answer.
 *
 * @module
 */
import { findFix } from "@holdfast/fixes";
import type { Meter } from "../../row.ts";
import { openRepository } from "../repository.ts";

export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  const { dir, hash } = await openRepository();
  const began = performance.now();
  const { packages } = await findFix({ repo: dir, query: hash, offline: true });
  meter.report(performance.now() - began);
  if (packages[0]?.first.stable == null) throw new Error("the fix was not found in any release");
}
