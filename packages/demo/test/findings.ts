/**
 * What a demo may have found, made up: a good run, to be changed by each test where it needs to be.
 *
 * @module
 */
import type { FailureRecord } from "../src/backend/failure-record.ts";
import { checkClaims, type Findings } from "../src/claims.ts";
import type { LaneMeasurement, LevelMeasurement } from "../src/measurement.ts";
import { createParameters, type LaneName } from "../src/parameters.ts";
import type { ReportInput } from "../src/report/report-page.ts";
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
