/**
 * What the demo claims, checked against what it measured. The demo succeeds only when every claim holds.
 *
 * @module
 */
import type { ExploredMiniature } from "./explored-miniature.ts";
import type { BundledFix } from "./fix/ask-fix.ts";
import type { OrdersResult } from "./finishing-orders.ts";
import { atTestLevel, type LaneMeasurement, type LevelMeasurement } from "./measurement.ts";
import { testLevel } from "./parameters.ts";

/** A sentence that has to hold. */
export interface Claim {
  readonly sentence: string;
  readonly holds: boolean;
  /** What was found, in words. */
  readonly found: string;
}

/** What the claims are checked against. */
export interface Findings {
  readonly lanes: readonly LaneMeasurement[];
  readonly control: LaneMeasurement;
  readonly miniature: { readonly counted: OrdersResult; readonly owned: OrdersResult };
  readonly explored: ExploredMiniature;
  /** Null on a machine without git, of which nothing is claimed. */
  readonly fix: BundledFix | null;
}

/** The share of failed requests that the counted connection must show at the test level: less or more is another story. */
const countedShare = { low: 0.05, high: 0.4 };
/** Requests of each lane one at a time, and of the counted lane at the test level, that a claim needs behind it. */
const leastAlone = 30;
const leastTested = 100;

export function checkClaims({ lanes, control, miniature, explored, fix }: Findings): readonly Claim[] {
  const all = [...lanes, control];
  const counted = atTestLevel(lanes, "counted");
  const owned = lanes.filter(({ name }) => name === "owned").flatMap(({ levels }) => levels);
  const controlled = atTestLevel([control], "control");
  const alone = all.flatMap(({ name, levels }) =>
    levels.filter(({ concurrency }) => concurrency === 1).map((level) => ({ name, ...level })),
  );
  return [
    claim(
      `one at a time none of at least ${leastAlone} requests fails, whatever the connection`,
      alone.length === all.length && alone.every(({ failed, requests }) => failed === 0 && requests >= leastAlone),
      alone.map(({ name, failed, requests }) => `${name} ${failed} of ${requests}`).join(", ") ||
        "nothing was measured",
    ),
    claim(
      `the counted connection fails 5 to 40 % of at least ${leastTested} requests at ${testLevel} in parallel`,
      counted.requests >= leastTested && share(counted) >= countedShare.low && share(counted) <= countedShare.high,
      ratio(counted),
    ),
    claim(
      "the owned connection fails none, at any level",
      owned.every(({ failed }) => failed === 0),
      owned.map(({ failed, requests }) => `${failed} of ${requests}`).join(", "),
    ),
    claim(
      `the control agent fails less often than the counted one at ${testLevel}`,
      share(controlled) < share(counted),
      `${ratio(controlled)} against ${ratio(counted)}`,
    ),
    claim(
      "over all finishing orders of the miniature the counted connection fails 18 of 24",
      miniature.counted.orders === 24 && miniature.counted.failing === 18,
      `${miniature.counted.failing} of ${miniature.counted.orders}`,
    ),
    claim(
      "over the same orders the owned connection fails none",
      miniature.owned.orders === 24 && miniature.owned.failing === 0,
      `${miniature.owned.failing} of ${miniature.owned.orders}`,
    ),
    claim(
      "with starts interleaved too, the explorer finds the counted connection's failure, and in no order one of the owned",
      explored.counted.verdict === "failed" &&
        explored.counted.replay !== null &&
        explored.owned.verdict === "exhausted",
      `counted ${explored.counted.verdict}, owned ${explored.owned.verdict} after ${explored.owned.orders} orders`,
    ),
    ...(fix === null ? [] : [claimFix(fix)]),
  ];
}

function claimFix({ package: { first, safeFloor }, raise, answer }: BundledFix): Claim {
  const { backports, reverts } = answer;
  return claim(
    "the fix finder sees the backport, the revert and the re-application, and raises the floor to the first release",
    first.stable === "triage-kit@1.92.0" &&
      safeFloor["1"] === first.stable &&
      safeFloor["2"] === "triage-kit@2.2.0" &&
      raise.after === ">=1.92.0 <2" &&
      backports.length === 1 &&
      reverts.length === 2,
    `first ${first.stable}, ${backports.length} backport, ${reverts.length} reverts, "${raise.after}"`,
  );
}

function claim(sentence: string, holds: boolean, found: string): Claim {
  return { sentence, holds, found };
}

function share({ hits, answered }: LevelMeasurement): number {
  return hits / answered;
}

function ratio({ hits, requests }: LevelMeasurement): string {
  return `${hits} of ${requests}`;
}
