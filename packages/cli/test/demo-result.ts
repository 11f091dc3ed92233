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
    explored: {
      counted: {
        verdict: "failed",
        orders: 3,
        replay: "h1:37cb79:np:6.0,7.0",
        limits: ["choice points: start, timer"],
        explanation: "failed: 1 of 3 orders",
        picture: null,
      },
      owned: {
        verdict: "exhausted",
        orders: 192,
        replay: null,
        limits: ["choice points: start, timer", "shared is what is declared"],
        explanation: "exhausted: 192 orders",
        picture: null,
      },
    },
    fix: fixFound(),
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

function fixFound(): NonNullable<DemoResult["fix"]> {
  const commit = "abbcf218c95c3b8d99405d9cb837c0f7229d0795";
  const about = {
    name: "triage-kit",
    pinnedBy: [],
    tagPrefix: "triage-kit@",
    first: { stable: "triage-kit@1.92.0", any: "triage-kit@1.92.0", date: null, describe: null },
    intervals: [],
    safeFloor: { 1: "triage-kit@1.92.0", 2: "triage-kit@2.2.0" },
    floorDates: {},
    releases: {},
  };
  return {
    answer: {
      query: commit,
      commit,
      confidence: "certain",
      packages: [about],
      backports: [{ commit, first: "triage-kit@1.92.0", confidence: "certain", evidence: ["trailer"] }],
      reverts: [
        { commit, reverts: commit, reapplies: false, first: "triage-kit@2.1.0" },
        { commit, reverts: commit, reapplies: true, first: "triage-kit@2.2.0" },
      ],
      containedButReverted: [],
      ignoredTags: [],
    },
    package: about,
    raise: { package: "triage-kit", before: ">=1.20.0", after: ">=1.92.0 <2" },
    diff: "the diff",
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
