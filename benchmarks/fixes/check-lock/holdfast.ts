/**
 * `holdfast fix check --answer <file>` on a lock of a megabyte and a half, from the start of its process to its end.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Meter } from "../../row.ts";
import { lockProject } from "./project.ts";

const { dir, answer } = lockProject(new URL(import.meta.url).search.slice(1));
const bin = join(import.meta.dirname, "../../../packages/cli/src/bin.ts");

export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  const start = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@holdfast/source", bin, "fix", "check", "--dir", dir, "--answer", answer],
    { encoding: "utf8" },
  );
  meter.report(performance.now() - start);
  if (status !== 1) throw new Error(`fix check ended with ${status}, not with 1 for affected: ${stderr}`);
}
