/**
 * The failure records of a backend, read over HTTP.
 *
 * @module
 */
import { isCancelled, withSignal } from "@holdfast/concurrency";
import { UnreachableError } from "@holdfast/reproduce";
import type { FailureRecord } from "./backend/failure-record.ts";

/**
 * Fetches the records of all lanes.
 *
 * **Cancellation:** ends the request.
 *
 * @throws {@link UnreachableError} when the backend has gone.
 */
export async function fetchFailures(backendUrl: string): Promise<readonly FailureRecord[]> {
  const url = `${backendUrl}/failures`;
  try {
    return await withSignal(async (signal) => {
      const answer = await fetch(url, { signal });
      return (await answer.json()) as readonly FailureRecord[];
    });
  } catch (error) {
    if (isCancelled(error)) throw error;
    throw new UnreachableError(url, 1, { cause: error });
  }
}
