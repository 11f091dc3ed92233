/**
 * The rows of `npm run bench -- explore`: how many orders of a program can be tried in a second, how many it takes to come to a
 * bug, and how long until all have been tried.
 *
 * fast-check draws orders of promises that the program hands to its scheduler, each by hand. It neither finishes nor knows what
 * steps touch, so that where all orders are tried it is given as many draws as there are orders.
 *
 * @module
 */
import type { BenchmarkRow } from "../row.ts";

const fastCheck = "fast-check";
const drawn = "drawn by chance";

/** What is measured in this area. */
export const rows: readonly BenchmarkRow[] = [
  ...schedules("schedules-kernel", "schedules-kernel", { least: 200_000 }, 10),
  ...schedules("schedules", "schedules", { least: 80_000, aim: 200_000 }, 4),
  {
    // The example as it is, which disposes of what it borrows.
    name: "schedules-example",
    unit: "schedules/s",
    ours: "schedules-example/holdfast.ts",
    peers: { [fastCheck]: "schedules-example/fast-check.ts" },
  },
  ...schedules("schedules-boundary", "schedules-boundary", { least: 60_000 }, 4),
  {
    // The most runs that a bug of examples/catalogue/ takes.
    name: "catalogue",
    unit: "runs",
    ours: "catalogue/holdfast.ts?strategy=auto",
    peers: { [drawn]: "catalogue/holdfast.ts?strategy=random" },
    target: { most: 20 },
  },
  {
    // The same in real time, without what makes the failing order small.
    name: "catalogue-ms",
    unit: "ms",
    ours: "catalogue/holdfast.ts?strategy=auto",
    peers: { [drawn]: "catalogue/holdfast.ts?strategy=random" },
    target: { most: 5 },
  },
  {
    // Four tasks of three steps, which fail in one order; the drawing is given up after ten thousand.
    name: "needle-4x3",
    unit: "runs",
    ours: "needle/holdfast.ts",
    peers: { [fastCheck]: "needle/fast-check.ts" },
    target: { most: 1_000 },
  },
  {
    // The owned connection: starts, timers and closing, in every order.
    name: "exhaust-n4",
    unit: "ms",
    ours: "exhaust/holdfast.ts?tasks=4",
    peers: { [fastCheck]: "exhaust/fast-check.ts?tasks=4" },
    target: { most: 150, aim: 50 },
  },
  {
    name: "exhaust-n5",
    unit: "ms",
    ours: "exhaust/holdfast.ts?tasks=5",
    peers: { [fastCheck]: "exhaust/fast-check.ts?tasks=5" },
    target: { most: 5_000, aim: 1_500 },
  },
  {
    // Random programs whose search leaves out an order that shows something else; the peer is an exhaustive enumeration.
    name: "oracle",
    unit: "mismatches",
    ours: "oracle/holdfast.ts",
    peers: { "every order": "oracle/holdfast.ts?every" },
    target: { most: 0 },
  },
  {
    // Runs that came to nothing new.
    name: "oracle",
    unit: "% redundant",
    ours: "oracle/holdfast.ts",
    peers: { "every order": "oracle/holdfast.ts?every" },
    target: { most: 1 },
  },
  ...(["bytes", "ms"] as const).map((unit): BenchmarkRow => {
    return {
      name: "swimlane",
      unit,
      ours: "swimlane/holdfast.ts",
      peers: { "Chrome's trace": "swimlane/chrome-trace.ts" },
      target: { most: unit === "bytes" ? 10_000 : 1 },
    };
  }),
];

/** Orders tried in a second of CPU time, against a number and against fast-check. */
function schedules(
  name: string,
  folder: string,
  target: { least: number; aim?: number },
  ratio: number,
): BenchmarkRow[] {
  const row = {
    unit: "schedules/s",
    ours: `${folder}/holdfast.ts`,
    peers: { [fastCheck]: `${folder}/fast-check.ts` },
  };
  return [
    { ...row, name, target },
    { ...row, name: `${name}-ratio`, target: { against: fastCheck, least: ratio } },
  ];
}
