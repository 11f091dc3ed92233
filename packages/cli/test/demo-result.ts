/**
 * What a demo may have given, made up.
 *
 * @module
 */
import type { DemoResult, LaneMeasurement, LaneName, LevelMeasurement } from "@holdfast/demo";

const errorOne = "Attempted to exit cancel scope in a different task than it was entered in";

export function demoResult(more: Partial<DemoResult> = {}): DemoResult {
  return {
    parameters: {
      seed: 7,
      timeScale: 1 / 50,
      modelMs: 200,
      toolMs: 40,
      levels: [
        { concurrency: 1, requests: 30 },
        { concurrency: 10, requests: 120 },
      ],
      model: null,
    },
    lanes: [
      lane("counted", level(1, 0, 30, 0), level(10, 19, 120, 0.179)),
      lane("official", level(1, 0, 30, null), level(10, 64, 120, null)),
      lane("owned", level(1, 0, 30, 0), level(10, 0, 120, 0)),
    ],
    control: lane("control", level(1, 0, 30, 0), level(10, 1, 120, 0.005)),
    p: 2e-6,
    miniature: {
      counted: { orders: 24, failing: 18, message: errorOne, example: [0, 1, 2, 3] },
      owned: { orders: 24, failing: 0, message: undefined, example: undefined },
    },
    failures: [],
    claims: [
      { sentence: "one at a time nobody fails", holds: true, found: "0 of 30" },
      { sentence: "owned never fails", holds: true, found: "0 of 120" },
    ],
    reportPath: "report.html",
    tookMs: 32_400,
    ...more,
  };
}

function lane(name: LaneName, ...levels: LevelMeasurement[]): LaneMeasurement {
  return { name, levels };
}

function level(concurrency: number, hits: number, requests: number, predicted: number | null): LevelMeasurement {
  const interval = { low: hits / requests / 2, high: hits / requests + 0.031 };
  const batches = { count: requests / concurrency, hits, interval };
  return { concurrency, requests, answered: requests, hits, failed: hits, interval, batches, latency: null, predicted };
}
