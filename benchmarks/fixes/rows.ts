/**
 * The rows of `npm run bench -- fixes`: from a commit to the releases that have it, and to a project that may not.
 *
 * @module
 */
import type { BenchmarkRow } from "../row.ts";
import { checkLockRows } from "./check-lock/rows.ts";
import { queryRows } from "./query-rows.ts";

/** What is measured in this area. */
export const rows: readonly BenchmarkRow[] = [...queryRows, ...checkLockRows];
