/**
 * The load of every row: so many workers, each of which makes its next call when it has the answer of the one before.
 *
 * @module
 */
import assert from "node:assert/strict";
import { basename, dirname } from "node:path";
import type { CallToolResult } from "@modelcontextprotocol/client";
import type { Meter } from "../row.ts";

/** What a contestant's file is asked for, in its query: `holdfast.ts?answers=json&workers=100`. */
export interface Load {
  /** As what the server answers over HTTP: `json` or `sse`. */
  readonly answers: string;
  readonly workers: number;
  /** How many calls one sample makes. */
  readonly calls: number;
}

/** Calls the tool `echo` with a text and gives the text of the answer. */
export type EchoCall = (text: string) => Promise<string | undefined>;

/** For the third of a second of CPU and more that a sample of the quickest contestant should take. */
const CALLS: Readonly<Record<string, number>> = {
  http1: 6_000,
  http10: 7_000,
  http100: 6_000,
  http1000: 6_000,
  stdio100: 25_000,
  memory100: 40_000,
};

/** @param url of the contestant's module. */
export function readLoad(url: string): Load {
  const { pathname, searchParams } = new URL(url);
  const workers = Number(searchParams.get("workers"));
  const calls = CALLS[`${basename(dirname(pathname))}${workers}`];
  assert(calls !== undefined, `there is no such load: ${url}`);
  return { answers: searchParams.get("answers") ?? "", workers, calls };
}

/** Takes one sample: CPU of this process, calls in a second, and the time that 99 of 100 calls take at most. */
export async function measureCalls(meter: Meter, { workers, calls }: Load, call: EchoCall): Promise<void> {
  const latencies = new Float64Array(calls);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < calls) {
      const index = next++;
      const text = `call ${index}`;
      const before = performance.now();
      const answer = await call(text);
      latencies[index] = performance.now() - before;
      assert.equal(answer, text);
    }
  };
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  await Promise.all(Array.from({ length: workers }, work));
  const seconds = (performance.now() - before) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  latencies.sort();
  meter.reportAll({
    "us-cpu/call": (user + system) / calls,
    "calls/s": calls / seconds,
    "ms-p99": latencies[Math.ceil(calls * 0.99) - 1] ?? NaN,
  });
}

/** The text of a tool's answer. */
export function textOf({ content: [block] }: CallToolResult): string | undefined {
  return block?.type === "text" ? block.text : undefined;
}
