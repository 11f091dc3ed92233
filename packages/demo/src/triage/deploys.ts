/**
 * Two weeks of deploys, one of which is the cause of the trouble.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { badDeployAt, datasetEnd, serviceNames, services, type ServiceName } from "./shop.ts";

/** What `list_deploys` answers, newest first. */
export interface Deploy {
  readonly at: number;
  readonly service: ServiceName;
  /** Day and ordinal of the day: `2026.11.20-2`. */
  readonly version: string;
  readonly commit: string;
  readonly author: string;
  readonly change: string;
}

/** Draws the deploys of the two weeks before {@link datasetEnd}, newest first. */
export function createDeploys(random: Random): readonly Deploy[] {
  const deploys = serviceNames.flatMap((service) => {
    const times = deployTimes(service, changes[service].length, random.fork(service));
    return changes[service].map((change, index) => describeDeploy(service, change, times, index, random));
  });
  return deploys.toSorted((a, b) => b.at - a.at);
}

/** The instants of a service's deploys, oldest first; the last ones of today are part of the story and fixed. */
function deployTimes(service: ServiceName, count: number, random: Random): readonly number[] {
  const fixed = deploysOfToday[service];
  const drawn = Array.from({ length: count - fixed.length }, () => {
    // In working hours, on the minute.
    return random.pick(workingDays) + (8 * 60 + Math.floor(random.next() * 9 * 60)) * minuteMs;
  });
  return [...drawn.toSorted((a, b) => a - b), ...fixed];
}

function describeDeploy(
  service: ServiceName,
  change: string,
  times: readonly number[],
  index: number,
  random: Random,
): Deploy {
  const at = times[index] as number;
  const day = new Date(at).toISOString().slice(0, 10);
  const ordinal = times.slice(0, index + 1).filter((time) => new Date(time).toISOString().startsWith(day)).length;
  const draw = random.fork(`${service} ${index}`);
  return {
    at,
    service,
    version: `${day.replaceAll("-", ".")}-${ordinal}`,
    commit: Math.floor(draw.next() * 2 ** 32)
      .toString(16)
      .padStart(8, "0"),
    author: draw.pick([services[service].onCall, services[service].secondary]),
    change,
  };
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const dayStart = datasetEnd - (datasetEnd % dayMs);

/** The working days of the two weeks before today; nobody deploys at the weekend. */
const workingDays = Array.from({ length: 13 }, (_, index) => dayStart - (index + 1) * dayMs).filter((day) => {
  return [1, 2, 3, 4, 5].includes(new Date(day).getUTCDay());
});

const deploysOfToday: Readonly<Record<ServiceName, readonly number[]>> = {
  storefront: [Date.UTC(2026, 10, 20, 9, 18)],
  search: [Date.UTC(2026, 10, 20, 13, 40)],
  catalog: [Date.UTC(2026, 10, 20, 12, 22)],
  cart: [],
  checkout: [],
  payments: [Date.UTC(2026, 10, 20, 8, 51), badDeployAt],
  inventory: [],
  notifications: [Date.UTC(2026, 10, 20, 10, 5)],
};

/** Oldest first. */
const changes: Readonly<Record<ServiceName, readonly string[]>> = {
  storefront: [
    "render product pictures in two sizes only",
    "drop the old newsletter banner",
    "send the trace header to search",
    "show delivery estimates in the cart",
    "read feature flags once a request",
    "fix the focus order of the address form",
    "cache the footer for a minute",
    "new wording of the return policy",
  ],
  search: [
    "suggest brands after three letters",
    "count partner queries by client",
    "sort by availability within equal scores",
    "limit wildcard queries to 200 results",
    "log the slowest clause of a query",
    "synonyms for winter articles",
    "schema 41: index delivery classes (rebuilds the index)",
  ],
  catalog: [
    "read pictures from the new bucket",
    "import prices in batches of 500",
    "tell inventory about retired products",
    "keep deleted products for ninety days",
    "compress cache entries above 8 kB",
    "trace price lookups",
    "winter price list: import at half past twelve",
  ],
  cart: [
    "merge carts by newest change",
    "session format 12, readable by 11",
    "warn when inventory answers late",
    "remove the vouchers of summer",
    "keep the delivery choice in the cart",
    "limit a cart to 200 lines",
    "ask inventory once for all lines",
    "drop reading of session format 10",
  ],
  checkout: [
    "name the failing step in error lines",
    "address check for Portugal",
    "retry a payment once, by order number",
    "flag payments-retry",
    "reserve before the address is checked",
    "log the time of each step",
    "confirmation page without scripts",
    "raise the reservation's life to 20 minutes",
  ],
  payments: [
    "ledger report names differences by order number",
    "accept the gateway's new status 27",
    "pool limits as a metric",
    "rotate the gateway's key",
    "refunds in the currency of the order",
    "structured logs for captures",
    "ledger job starts at 02:00",
    "move gateway settings to the shared configuration (gateway.pool.max now comes from its defaults: 8)",
  ],
  inventory: [
    "read the feed of warehouse North in parts",
    "lock report by age",
    "reservations expire in the background",
    "count returns once a delivery",
    "index movements by day",
    "feed lag as a metric",
    "close the feed's file before the lock",
  ],
  notifications: [
    "second mail provider for delivery messages",
    "templates of the order mail in Danish",
    "send at up to 40 a second",
    "queue depth by kind",
    "drop messages older than three days",
    "text part of all mails",
    "new footer with the company's number",
  ],
};
