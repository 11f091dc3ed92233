/**
 * What the demo claims, checked against what it measured. The demo succeeds only when every claim holds.
 *
 * @module
 */
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
}

/** The share of failed requests that the counted connection must show at the test level: less or more is another story. */
const countedShare = { low: 0.05, high: 0.4 };
/** Requests of each lane one at a time, and of the counted lane at the test level, that a claim needs behind it. */
const leastAlone = 30;
const leastTested = 100;

export function checkClaims({ lanes, control, miniature }: Findings): readonly Claim[] {
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
  ];
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
