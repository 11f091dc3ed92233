/**
 * Every bug of the catalogue but the needles: the most runs, and the longest time, that one takes.
 *
 * @module
 */
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { explore, type Scenario } from "@holdfast/explore";
import type { Meter } from "../../row.ts";

export const operations = 1;

const strategy = new URL(import.meta.url).searchParams.get("strategy") === "random" ? "random" : "auto";
const folder = join(import.meta.dirname, "../../../examples/catalogue");
const modules = globSync("*.ts", { cwd: folder }).filter((file) => basename(file) !== "needle.ts");
const bugs = (await Promise.all(modules.map((file) => import(join(folder, file))))) as {
  readonly scenario: Scenario;
}[];

export async function sample(meter: Meter): Promise<void> {
  let [runs, ms] = [0, 0];
  for (const { scenario } of bugs) {
    const started = performance.now();
    let found = Infinity;
    const onProgress = ({ stage }: { stage: string }): void => {
      if (stage === "shrinking") found = performance.now() - started;
    };
    const { counts } = await explore(scenario, { strategy, onProgress });
    runs = Math.max(runs, counts.firstFailure ?? Infinity);
    ms = Math.max(ms, found);
  }
  meter.reportAll({ runs, ms });
}
