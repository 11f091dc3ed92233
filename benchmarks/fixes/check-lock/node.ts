/**
 * The floor: Node that starts, reads the same file, and looks for the name in it.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import type { Meter } from "../../row.ts";
import { lockProject } from "./project.ts";

const { lock } = lockProject(new URL(import.meta.url).search.slice(1));
const program = `process.exitCode = require("fs").readFileSync(process.argv[1], "utf8").includes("socketry") ? 1 : 0`;

export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, ["-e", program, lock]);
  meter.report(performance.now() - start);
  if (status !== 1) throw new Error(`the search ended with ${status}, not with 1 for found`);
}
