/**
 * The failure records of a backend, read over HTTP.
 *
 * @module
 */
import { withSignal } from "@holdfast/concurrency";
import type { FailureRecord } from "./backend/failure-record.ts";

/**
 * Fetches the records of all lanes.
 *
 * **Cancellation:** ends the request.
 */
export async function fetchFailures(backendUrl: string): Promise<readonly FailureRecord[]> {
  const answer = await withSignal((signal) => fetch(`${backendUrl}/failures`, { signal }));
  return (await answer.json()) as readonly FailureRecord[];
}
