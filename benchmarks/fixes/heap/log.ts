/**
 * The same log as one text, taken apart.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Meter } from "../../row.ts";
import { openRepository } from "../repository.ts";

export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  const { dir, hash } = await openRepository();
  const args = ["log", "-z", "--all", "--format=%H%x1f%P%x1f%ct%x1f%at%x1f%ae%x1f%s%x1f%b"];
  const { stdout } = await promisify(execFile)("git", args, { cwd: dir, maxBuffer: 2 ** 30 });
  const commits = stdout.split("\0").map((record) => record.split("\u{1f}"));
  if (!commits.some(([found]) => found === hash)) throw new Error("the fix is not in the log");
  meter.report(process.resourceUsage().maxRSS / 1024);
}
