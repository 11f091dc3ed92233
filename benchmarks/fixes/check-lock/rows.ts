/**
 * The rows of `check-lock`: is a project affected, told from its lock file, start-up included.
 *
 * @module
 */
import type { BenchmarkRow } from "../../row.ts";

const unit = "ms of wall clock";

function row(format: string, most: number): BenchmarkRow {
  const files = { ours: `check-lock/holdfast.ts?${format}`, peers: { node: `check-lock/node.ts?${format}` } };
  return { name: `check-lock-${format}`, unit, ...files, target: { most } };
}

/** One for each format; Node alone is the floor of all of them. */
export const checkLockRows: readonly BenchmarkRow[] = [
  row("npm", 400),
  row("pnpm", 400),
  row("uv", 400),
  row("berry", 1_500),
];
