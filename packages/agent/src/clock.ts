/**
 * The clock of the durations in a report.
 *
 * @module
 */
import { systemRuntime } from "@holdfast/concurrency";

/** Milliseconds, monotonic, from an arbitrary origin. */
export function now(): number {
  return systemRuntime.now();
}
