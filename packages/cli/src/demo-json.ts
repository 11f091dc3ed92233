/**
 * The `--json` line of `holdfast demo`; docs/json.md describes it.
 *
 * @module
 */
import { type DemoResult, type ExploredConnection, type LevelMeasurement, scenarioPath } from "@holdfast/demo";

interface DemoLevelJson {
  readonly concurrency: number;
  readonly requests: number;
  readonly hits: number;
  /** The 95 % Wilson interval of the share. */
  readonly interval: readonly [number, number];
  /** The predicted share; null where no prediction is made. */
  readonly predicted: number | null;
}

interface DemoExploredJson {
  readonly verdict: string;
  readonly orders: number;
  /** The smallest failing order; null when none failed. */
  readonly replay: string | null;
  readonly limits: readonly string[];
}

export interface DemoJson {
  readonly seed: number;
  readonly timeScale: number;
  readonly lanes: readonly { readonly name: string; readonly levels: readonly DemoLevelJson[] }[];
  readonly control: { readonly levels: readonly DemoLevelJson[] };
  readonly miniature: { readonly orders: number; readonly failing: number; readonly ownedFailing: number };
  readonly explored: {
    readonly counted: DemoExploredJson;
    readonly owned: DemoExploredJson;
    /** The module whose scenario the replay strings are orders of. */
    readonly scenario: string;
  };
  /** Null on a machine without git. */
  readonly fix: {
    readonly commit: string | null;
    /** Tag of the lowest release that has it. */
    readonly first: string | null;
    /** By major: the tag from which every later release has it; null where there is none. */
    readonly safeFloors: readonly { readonly major: string; readonly tag: string | null }[];
    readonly raise: { readonly package: string; readonly before: string; readonly after: string };
    readonly diff: string;
  } | null;
  readonly claims: readonly { readonly sentence: string; readonly holds: boolean; readonly found: string }[];
  readonly report: string;
}

export function demoJson(result: DemoResult): DemoJson {
  const { parameters, lanes, control, miniature, explored, fix, claims, reportPath } = result;
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
    explored: {
      counted: exploredJson(explored.counted),
      owned: exploredJson(explored.owned),
      scenario: scenarioPath,
    },
    fix:
      fix === null
        ? null
        : {
            commit: fix.answer.commit,
            first: fix.package.first.stable,
            safeFloors: Object.entries(fix.package.safeFloor).map(([major, tag]) => ({ major, tag })),
            raise: fix.raise,
            diff: fix.diff,
          },
    claims,
    report: reportPath,
  };
}

function exploredJson({ verdict, orders, replay, limits }: ExploredConnection): DemoExploredJson {
  return { verdict, orders, replay, limits };
}

function levelJson({ concurrency, requests, hits, interval, predicted }: LevelMeasurement): DemoLevelJson {
  return { concurrency, requests, hits, interval: [interval.low, interval.high], predicted };
}
