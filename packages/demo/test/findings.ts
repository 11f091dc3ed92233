/**
 * What a demo may have found, made up: a good run, to be changed by each test where it needs to be.
 *
 * @module
 */
import type { FailureRecord } from "../src/backend/failure-record.ts";
import { checkClaims, type Findings } from "../src/claims.ts";
import type { ExploredMiniature } from "../src/explored-miniature.ts";
import type { BundledFix } from "../src/fix/ask-fix.ts";
import type { LaneMeasurement, LevelMeasurement } from "../src/measurement.ts";
import { createParameters, type LaneName } from "../src/parameters.ts";
import type { ReportInput } from "../src/report/report-page.ts";
import { swimlaneSvg } from "@holdfast/pictures";
import { wilsonInterval } from "@holdfast/reproduce";

export const errorOne = "Attempted to exit cancel scope in a different task than it was entered in";

/** A level whose hits are all that failed. */
export function level(
  concurrency: number,
  hits: number,
  requests: number,
  more: Partial<LevelMeasurement> = {},
): LevelMeasurement {
  const interval = wilsonInterval(hits, requests);
  const batches = { count: Math.floor(requests / concurrency), hits: Math.ceil(hits / 2), interval };
  const latency = { p50: 212, p90: 260, p95: 281, p99: 320, max: 344 };
  return {
    concurrency,
    requests,
    answered: requests,
    hits,
    failed: hits,
    interval,
    batches,
    latency,
    predicted: null,
    ...more,
  };
}

export function lane(name: LaneName, ...levels: LevelMeasurement[]): LaneMeasurement {
  return { name, levels };
}

export function goodFindings(): Findings {
  return {
    lanes: [
      lane("counted", level(1, 0, 30, { predicted: 0 }), level(10, 19, 120, { predicted: 0.179 })),
      lane("official", level(1, 0, 30), level(10, 64, 120)),
      lane("owned", level(1, 0, 30, { predicted: 0 }), level(10, 0, 120, { predicted: 0 })),
    ],
    control: lane("control", level(1, 0, 30, { predicted: 0 }), level(10, 1, 120, { predicted: 0.005 })),
    miniature: {
      counted: { orders: 24, failing: 18, message: errorOne, example: [0, 1, 2, 3] },
      owned: { orders: 24, failing: 0, message: undefined, example: undefined },
    },
    explored: exploredMiniature(),
    fix: bundledFix(),
  };
}

export function exploredMiniature(): ExploredMiniature {
  const limits = ["choice points: start, timer, wake; timers in any order", "shared is what is declared"];
  return {
    counted: {
      verdict: "failed",
      orders: 3,
      replay: "h1:37cb79:np:6.0,7.0",
      limits,
      explanation: "failed: 1 of 3 orders",
      picture: (options) =>
        swimlaneSvg(
          { title: "The order", lanes: [{ name: "task 0", spans: [{ kind: "run", from: 0, to: 1 }] }] },
          options,
        ),
    },
    owned: { verdict: "exhausted", orders: 192, replay: null, limits, explanation: "exhausted", picture: null },
  };
}

export function bundledFix(): BundledFix {
  const about = {
    name: "triage-kit",
    pinnedBy: [],
    tagPrefix: "triage-kit@",
    first: { stable: "triage-kit@1.92.0", any: "triage-kit@1.92.0", date: null, describe: null },
    intervals: [
      { line: "1", from: "triage-kit@1.92.0", to: "triage-kit@1.92.0", open: true },
      { line: "2", from: "triage-kit@2.0.0", to: "triage-kit@2.0.0", open: false },
      { line: "2", from: "triage-kit@2.2.0", to: "triage-kit@2.2.0", open: true },
    ],
    safeFloor: { 1: "triage-kit@1.92.0", 2: "triage-kit@2.2.0" },
    floorDates: {},
    releases: {},
  };
  const commit = "a".repeat(40);
  return {
    answer: {
      query: commit,
      commit,
      confidence: "certain",
      packages: [about],
      backports: [{ commit: "b".repeat(40), first: "triage-kit@1.92.0", confidence: "certain", evidence: ["trailer"] }],
      reverts: [
        { commit: "c".repeat(40), reverts: commit, reapplies: false, first: "triage-kit@2.1.0" },
        { commit: "d".repeat(40), reverts: "c".repeat(40), reapplies: true, first: "triage-kit@2.2.0" },
      ],
      containedButReverted: ["triage-kit@2.1.0"],
      ignoredTags: [],
    },
    package: about,
    raise: { package: "triage-kit", before: ">=1.20.0", after: ">=1.92.0 <2" },
    diff: '-    "triage-kit": ">=1.20.0"\n+    "triage-kit": ">=1.92.0 <2"\n',
  };
}

export function failure(run: number, more: Partial<FailureRecord> = {}): FailureRecord {
  return {
    agent: "counted",
    run: `run ${run}`,
    code: "SCOPE_WRONG_TASK",
    message: errorOne,
    callsInFlight: 8,
    opener: `run ${run - 1}`,
    closer: `run ${run}`,
    ...more,
  };
}

export function reportInput(more: Partial<ReportInput> = {}): ReportInput {
  const found = goodFindings();
  const levels = [
    { concurrency: 1, requests: 30 },
    { concurrency: 10, requests: 120 },
  ];
  return {
    ...found,
    parameters: createParameters({ levels }),
    p: 2e-6,
    failures: [failure(31), failure(40)],
    claims: checkClaims(found),
    ...more,
  };
}
