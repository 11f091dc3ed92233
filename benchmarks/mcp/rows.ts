/**
 * The rows of `npm run bench -- mcp`: a tool call from the client's side, by connections of ours and by the official
 * client, over what each would be used with. The servers are the same for both.
 *
 * @module
 */
import type { BenchmarkRow, Target } from "../row.ts";

const official = "official";
const packages = ["@modelcontextprotocol/client", "undici"];

/** What we want of a load, by unit. */
interface Wanted {
  /** CPU of the client's process for a call. */
  readonly cpu: Target;
  readonly callsPerSecond?: Target;
  /** The time that 99 of 100 calls take at most. */
  readonly p99?: Target;
}

const alone: Wanted = { cpu: { most: 0.6 }, p99: { most: 1 } };
const manyByJson: Wanted = {
  cpu: { most: 0.333, aim: 0.167 },
  callsPerSecond: { least: 2, aim: 4 },
  p99: { most: 0.5 },
};
const manyBySse: Wanted = { ...manyByJson, cpu: { most: 0.25, aim: 0.167 } };

/** What is measured in this area. */
export const rows: readonly BenchmarkRow[] = [
  // One session, with so many calls under way at a time: each of the workers makes its next when it is answered.
  ...load("json-c1", "http", "answers=json&workers=1", alone),
  ...load("json-c10", "http", "answers=json&workers=10"),
  ...load("json-c100", "http", "answers=json&workers=100", manyByJson),
  ...load("json-c1000", "http", "answers=json&workers=1000", manyByJson),
  ...load("sse-c1", "http", "answers=sse&workers=1", alone),
  ...load("sse-c10", "http", "answers=sse&workers=10"),
  ...load("sse-c100", "http", "answers=sse&workers=100", manyBySse),
  ...load("sse-c1000", "http", "answers=sse&workers=1000", manyBySse),
  ...load("stdio-c100", "stdio", "workers=100", { cpu: { most: 1.1 } }),
  ...load("memory-c100", "memory", "workers=100", { cpu: { most: 1.25 } }),
  {
    // Against what can be had at all.
    name: "floor-json-c100",
    unit: "us-cpu/call",
    ours: "http/holdfast.ts?answers=json&workers=100",
    peers: { bare: "http/bare.ts?answers=json&workers=100" },
    packages,
    target: { against: "bare", most: 2.5, aim: 1.5 },
  },
];

/** The three rows of one load, which share its samples. */
function load(name: string, folder: string, query: string, wanted?: Wanted): BenchmarkRow[] {
  const units = { "us-cpu/call": wanted?.cpu, "calls/s": wanted?.callsPerSecond, "ms-p99": wanted?.p99 };
  return Object.entries(units).map(([unit, target]) => ({
    name,
    unit,
    ours: `${folder}/holdfast.ts?${query}`,
    peers: { [official]: `${folder}/official.ts?${query}` },
    packages,
    ...(target !== undefined && { target: { ...target, against: official } }),
  }));
}
