/**
 * How long the tools take: lognormal, seeded, and the same however calls of different tools mix.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { TriageToolName } from "./triage-tools.ts";

/** Mean times of the tools. */
export interface LatencyOptions {
  /** In milliseconds. */
  readonly toolMs: number;
  /** The share of it that the quick look-up `who_owns` takes. */
  readonly quickFactor: number;
}

/** Draws the time of the next call of a tool, in milliseconds. */
export type Latency = (tool: TriageToolName) => number;

/** Creates the latencies of one session: the n-th call of a tool takes a time that depends on `random`'s seed only. */
export function createLatency(random: Random, { toolMs, quickFactor }: LatencyOptions): Latency {
  const streams = new Map<TriageToolName, Random>();
  return (tool) => {
    const stream = streams.get(tool) ?? random.fork(tool);
    streams.set(tool, stream);
    return stream.lognormal(tool === "who_owns" ? toolMs * quickFactor : toolMs, 0.5);
  };
}
