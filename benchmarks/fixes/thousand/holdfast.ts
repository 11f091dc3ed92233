/**
 * As many pull requests as the query says, over one reading of the repository.
 *
 * @module
 */
import { FixFinder } from "@holdfast/fixes";
import type { Meter } from "../../row.ts";
import { openRepository } from "../repository.ts";

export const operations = 1;

const count = Number(new URL(import.meta.url).searchParams.get("queries"));

export async function sample(meter: Meter): Promise<void> {
  const { dir, numbers } = await openRepository();
  const queries = numbers.slice(0, count).map((number) => `#${number}`);
  const began = performance.now();
  const finder = await FixFinder.open({ repo: dir, queries, offline: true });
  let found = 0;
  for (const query of queries) {
    const { packages } = await finder.find(query);
    if (packages[0]?.first.stable != null) found++;
  }
  meter.report(performance.now() - began);
  if (found === 0) throw new Error("no fix was found in any release");
}
