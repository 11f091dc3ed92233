/**
 * Processes as the system sees them, for tests that end some of them.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** The process ids of the children of a process. */
export function childrenOf(pid: number): readonly number[] {
  const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" });
  return stdout
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(Number);
}

/** Whether a process is there and has not ended. */
export function isRunning(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.trim().startsWith("Z");
}

/** Waits until a condition holds; the test's own time limit is the bound. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(50);
}

/** How many sockets a process has open; 0 once it has gone. Linux only. */
export function socketsOf(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).filter((name) => readlinkSync(`${folder}/${name}`).startsWith("socket:")).length;
  } catch {
    // The process, or a file of it, went while we looked.
    return 0;
  }
}
