/**
 * The miniature under the explorer: the smallest failing order of the counted connection, and the verdict on the owned
 * one with the starts of its calls interleaved too.
 *
 * @module
 */
import { type Explored, explore, type Verdict } from "@holdfast/explore";
import type { PictureOptions } from "@holdfast/pictures";
import { owned, scenario } from "./miniature-scenario.ts";

/** What the explorer says of one connection. */
export interface ExploredConnection {
  readonly verdict: Verdict;
  /** Orders tried. */
  readonly orders: number;
  /** The smallest failing order; null when none failed. */
  readonly replay: string | null;
  /** What the verdict covers, in words; the first tells the choice points. */
  readonly limits: readonly string[];
  /** The verdict, the order and the two steps that decide, for a person. */
  readonly explanation: string;
  /** Draws the smallest failing order, with an arrow between the steps that decide; null when none failed. */
  readonly picture: ((options: PictureOptions) => string) | null;
}

/** What the explorer says of both. */
export interface ExploredMiniature {
  readonly counted: ExploredConnection;
  readonly owned: ExploredConnection;
}

/** The module, from the root of the sources, whose scenario a printed order is one of. */
export const scenarioPath = "examples/miniature.scenario.ts";

/** Far more than either needs, and an end for a change that makes the space explode. */
const budget = { runs: 20_000, ms: 10_000 };

/**
 * Explores the miniature of four calls over each connection.
 *
 * **Cancellation:** an abort ends the exploration with what it has; the verdict is then `not-found`.
 */
export async function exploreMiniature(signal: AbortSignal): Promise<ExploredMiniature> {
  const options = { strategy: "exhaustive", budget, signal } as const;
  const counted = await explore(scenario, options);
  return { counted: told(counted), owned: told(await explore(owned, options)) };
}

function told(found: Explored): ExploredConnection {
  const { verdict, orders, replay = null, limits } = found;
  const picture = found.minimal === undefined ? null : (options: PictureOptions): string => found.svg(options);
  return { verdict, orders, replay, limits, explanation: found.explain(), picture };
}
