/**
 * What people type today, which knows nothing of versions, copies, reverts or packages.
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
  const began = performance.now();
  const { stdout } = await promisify(execFile)("git", ["tag", "--contains", hash, "--sort=v:refname"], { cwd: dir });
  meter.report(performance.now() - began);
  if (stdout === "") throw new Error("no tag contains the fix");
}
