/**
 * The rows of `npm run bench -- concurrency`.
 *
 * @module
 */
import type { BenchmarkRow } from "../row.ts";

/** What is measured in this area. */
export const rows: readonly BenchmarkRow[] = [
  {
    // 100,000 async functions that do nothing, each a task of its own, started and then waited for together.
    name: "spawn-join-100k",
    unit: "us/task",
    operations: 100_000,
    ours: "spawn-join/holdfast.ts",
    peers: { "raw promises": "spawn-join/raw-promises.ts", effect: "spawn-join/effect.ts" },
  },
];
