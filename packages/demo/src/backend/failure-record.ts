/**
 * One structured record for each run that failed: what a reader of the incident needed and no log had.
 *
 * @module
 */
import { isCancelled, leafErrors } from "@holdfast/concurrency";

/** Who opened a connection and who closed it, as names of runs. */
export interface Parties {
  /** Null where that is not known. */
  readonly opener: string | null;
  /** Who closed it, or tried to; null where that is not known, or nobody did. */
  readonly closer: string | null;
}

/** Why and how a run failed. */
export interface FailureRecord extends Parties {
  readonly agent: string;
  /** The run that failed: `run 17`. */
  readonly run: string;
  readonly code: string;
  readonly message: string;
  /** The most tool calls of this agent that were in flight at once while the run lasted. */
  readonly callsInFlight: number;
}

/** The error of a run as the HTTP answer tells it. */
export interface RunFailure {
  readonly code: string;
  readonly message: string;
  /** The messages of all leaves. */
  readonly errors: readonly string[];
  /** The leaf that code and message come from; a cancellation only when nothing else is there. */
  readonly leaf: unknown;
}

/** Code and message come from the first leaf that is not a cancellation, because that is where the trouble began. */
export function describeFailure(error: unknown): RunFailure {
  const leaves = leafErrors(error);
  const leaf = leaves.find((each) => !isCancelled(each)) ?? leaves[0];
  return { code: codeOf(leaf), message: messageOf(leaf), errors: leaves.map(messageOf), leaf };
}

function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === "string" ? code : "RUN_FAILED";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
