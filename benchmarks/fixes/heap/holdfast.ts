/**
 * The most memory that a process takes for one answer, git's own aside.
 *
 * @module
 */
import { findFix } from "@holdfast/fixes";
import type { Meter } from "../../row.ts";
import { openRepository } from "../repository.ts";

export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  const { dir, hash } = await openRepository();
  await findFix({ repo: dir, query: hash, offline: true });
  meter.report(process.resourceUsage().maxRSS / 1024);
}
