/**
 * The `--json` line of `holdfast demo`; docs/json.md describes it.
 *
 * @module
 */
import type { DemoResult, LevelMeasurement } from "@holdfast/demo";

interface DemoLevelJson {
  readonly concurrency: number;
  readonly requests: number;
  readonly hits: number;
  /** The 95 % Wilson interval of the share. */
  readonly interval: readonly [number, number];
  /** The predicted share; null where no prediction is made. */
  readonly predicted: number | null;
}

export interface DemoJson {
  readonly seed: number;
  readonly timeScale: number;
  readonly lanes: readonly { readonly name: string; readonly levels: readonly DemoLevelJson[] }[];
  readonly control: { readonly levels: readonly DemoLevelJson[] };
  readonly miniature: { readonly orders: number; readonly failing: number; readonly ownedFailing: number };
  readonly claims: readonly { readonly sentence: string; readonly holds: boolean; readonly found: string }[];
  readonly report: string;
}

export function demoJson(result: DemoResult): DemoJson {
  const { parameters, lanes, control, miniature, claims, reportPath } = result;
  return {
    seed: parameters.seed,
    timeScale: parameters.timeScale,
    lanes: lanes.map(({ name, levels }) => ({ name, levels: levels.map(levelJson) })),
    control: { levels: control.levels.map(levelJson) },
    miniature: {
      orders: miniature.counted.orders,
      failing: miniature.counted.failing,
      ownedFailing: miniature.owned.failing,
    },
    claims,
    report: reportPath,
  };
}

function levelJson({ concurrency, requests, hits, interval, predicted }: LevelMeasurement): DemoLevelJson {
  return { concurrency, requests, hits, interval: [interval.low, interval.high], predicted };
}
