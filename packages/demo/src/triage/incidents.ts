/**
 * The shop's incidents of the last four months; the newest is open.
 *
 * @module
 */
import type { ServiceName } from "./shop.ts";

/** What `recent_incidents` answers, newest first. */
export interface Incident {
  readonly id: string;
  readonly openedAt: number;
  /** Absent while the incident is open. */
  readonly minutes?: number;
  readonly severity: 1 | 2 | 3;
  readonly service: ServiceName;
  readonly title: string;
  /** What was found; for an open incident, what is known so far. */
  readonly finding: string;
}

/** A row: when, for how long (0: open), severity, service, title, finding. */
type Row = readonly [string, number, 1 | 2 | 3, ServiceName, string, string];

const firstNumber = 2271;

// prettier-ignore
const rows: readonly Row[] = [
  ["2026-07-23T07:41", 52, 3, "notifications", "order mails two hours late", "the mail provider refused us after a template with a broken header"],
  ["2026-07-28T13:05", 18, 2, "storefront", "pages without pictures", "a certificate of the picture host had run out; renewed, and its date is watched now"],
  ["2026-07-31T19:22", 41, 2, "search", "no results for queries with umlauts", "the alias pointed at an index that was half built; pointed back"],
  ["2026-08-04T09:10", 95, 3, "catalog", "prices of one brand a day old", "the import skipped a file with a wrong name; imported by hand"],
  ["2026-08-07T16:48", 12, 1, "checkout", "all orders refused", "a flag for Portugal was read as on for everyone; flag off"],
  ["2026-08-11T11:33", 64, 3, "inventory", "negative stock of 40 products", "returns booked twice by warehouse North; corrected by Supply"],
  ["2026-08-14T14:02", 27, 2, "payments", "authorisations slow at noon", "the gateway was slow on its side; its status page confirmed it"],
  ["2026-08-19T08:25", 33, 3, "cart", "items vanish after sign-in", "carts were merged by oldest change; fixed the same day"],
  ["2026-08-21T20:14", 58, 2, "storefront", "502 on one page of ten", "two hosts had lost their name server; taken out"],
  ["2026-08-26T10:40", 22, 3, "notifications", "customers got the same mail twice", "sender restarted during a deploy; accepted behaviour, runbook says so now"],
  ["2026-08-28T12:31", 47, 2, "catalog", "product pages slow after the price import", "hit rate fell to 61 % as the import dropped every key; imports go in batches since"],
  ["2026-09-02T15:12", 16, 2, "search", "suggestions time out", "a partner sent wildcard queries; moved to the slow lane"],
  ["2026-09-04T06:03", 130, 3, "inventory", "stock of warehouse South not updated", "their feed did not arrive; their desk sent it again"],
  ["2026-09-08T17:27", 24, 1, "checkout", "orders fail at the reservation", "a transaction of 40 minutes held the lock of 1,200 products; ended by hand"],
  ["2026-09-11T09:55", 38, 3, "storefront", "wrong delivery dates shown", "estimates were cached a day too long"],
  ["2026-09-15T13:44", 71, 3, "cart", "carts of guests lost", "session store restarted without its snapshot; snapshot on stop switched on"],
  ["2026-09-18T02:09", 44, 2, "payments", "ledger differs by 14 orders", "the job ran before the last captures were written; it starts at 02:00 now"],
  ["2026-09-22T11:18", 29, 2, "search", "index rebuild made searches slow", "all instances rebuilt at once; they go one by one since"],
  ["2026-09-25T18:36", 15, 3, "notifications", "queue of 9,000 messages", "newsletter and order mails shared one limit; separated"],
  ["2026-09-30T10:07", 26, 2, "checkout", "address check refuses valid addresses", "rules of a new country were applied to the old ones; rolled back"],
  ["2026-10-06T14:21", 34, 1, "payments", "authorisations wait for a connection, checkout times out", "a deploy had set gateway.pool.max from 40 to 10 by accident; rolled back, waits gone within four minutes"],
  ["2026-10-09T08:48", 20, 3, "catalog", "pictures of new products missing", "bucket rights were not copied; set by hand"],
  ["2026-10-13T16:30", 55, 3, "inventory", "feed slow all afternoon", "an index was missing on movements; added"],
  ["2026-10-16T12:12", 31, 2, "storefront", "flags flicker within one page", "flags were read several times a request; read once since"],
  ["2026-10-21T09:39", 40, 3, "cart", "vouchers of summer still accepted", "their end date was in another time zone"],
  ["2026-10-27T19:50", 19, 2, "checkout", "confirmation page empty", "a script of a partner failed to load; page works without it now"],
  ["2026-11-03T07:15", 88, 3, "notifications", "Danish mails in English", "templates were deployed without their language table"],
  ["2026-11-09T14:58", 23, 2, "catalog", "hit rate low for an hour", "a second import had been started by hand; ended"],
  ["2026-11-16T10:26", 37, 3, "search", "partner queries fill the log", "they are counted by client and cut at 200 results since"],
  ["2026-11-20T14:11", 0, 1, "checkout", "orders fail with a timeout at the payment step", "9 % of orders fail since about 14:05; step=payment; cause not found yet"],
];

/** Creates the list of incidents, newest first. */
export function createIncidents(): readonly Incident[] {
  return rows
    .map(([opened, minutes, severity, service, title, finding], index) => ({
      id: `INC-${firstNumber + index}`,
      openedAt: Date.parse(`${opened}Z`),
      ...(minutes > 0 ? { minutes } : {}),
      severity,
      service,
      title,
      finding,
    }))
    .toReversed();
}
