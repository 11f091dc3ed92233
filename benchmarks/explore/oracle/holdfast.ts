/**
 * Random programs, each explored in all orders and by the search.
 *
 * @module
 */
import { inSlices } from "../../../packages/explore/src/slices.ts";
import { judge } from "../../../packages/explore/test/oracle.ts";
import { programOf } from "../../../packages/explore/test/random-programs.ts";
import type { Meter } from "../../row.ts";

export const operations = 1;

const triesAll = new URL(import.meta.url).searchParams.has("every");
const [programs, mostOrders] = [300, 60];
/** Other programs in each sample. */
let seed = 1_000;

export async function sample(meter: Meter): Promise<void> {
  seed += 1;
  let [index, mismatches, all, classes, redundant] = [0, 0, 0, 0, 0];
  await inSlices(() => {
    const verdict = judge(programOf(seed, index++), mostOrders);
    if (verdict.mismatch !== undefined) mismatches += 1;
    all += verdict.all ?? 0;
    classes += verdict.searched - verdict.redundant;
    redundant += verdict.redundant;
    return index === programs;
  });
  const needless = triesAll ? all - classes : redundant;
  const tried = triesAll ? all : classes + redundant;
  meter.reportAll({ mismatches: triesAll ? 0 : mismatches, "% redundant": (needless / tried) * 100 });
}
