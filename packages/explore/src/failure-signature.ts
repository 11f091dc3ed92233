/**
 * What a failure is called, and what tells it from another.
 *
 * @module
 */
import { leafErrors } from "@holdfast/concurrency";

/** What tells one failure from another: the first leaf that is no cancellation, by code or class, and message. */
export function signatureOf(error: unknown): string {
  const leaves = leafErrors(error);
  const leaf =
    leaves.find((each) => (each as { code?: unknown } | null)?.code !== "TASK_CANCELLED") ?? leaves[0] ?? error;
  if (!(leaf instanceof Error)) return String(leaf);
  const { code } = leaf as { code?: unknown };
  return `${typeof code === "string" ? code : leaf.name}: ${leaf.message}`;
}
