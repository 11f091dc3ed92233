/**
 * Twelve hours of log lines: what each service says on a usual day, and what it says because of the story.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Deploy } from "./deploys.ts";
import { loadAt } from "./metrics.ts";
import {
  badDeployAt,
  datasetEnd,
  datasetMinutes,
  serviceNames,
  services,
  troubleAt,
  type ServiceName,
} from "./shop.ts";

/** The levels, least urgent first. */
export const logLevels = ["debug", "info", "warn", "error"] as const;

/** How urgent a line is. */
type LogLevel = (typeof logLevels)[number];

/** What `search_logs` finds. */
export interface LogLine {
  readonly at: number;
  readonly service: ServiceName;
  readonly instance: string;
  readonly level: LogLevel;
  readonly message: string;
}

/** Draws the log lines of all services, oldest first. */
export function createLogs(random: Random, deploys: readonly Deploy[]): readonly LogLine[] {
  const drawn = serviceNames.flatMap((service) =>
    sources[service].flatMap((source, index) => drawLines(service, source, random.fork(`${service} ${index}`))),
  );
  const starts = deploys.filter(({ at }) => at >= datasetStart).flatMap((deploy) => startLines(deploy, random));
  return [...drawn, ...starts].toSorted((a, b) => a.at - b.at);
}

/** Something that a service says now and then. */
interface Source {
  readonly level: LogLevel;
  /** In braces: what is drawn for each line, see {@link fill}. */
  readonly message: string;
  /** Lines a minute under full load. */
  readonly rate: number;
  /** Absent: all the time. */
  readonly from?: number;
  readonly until?: number;
  /** Only in the first minutes of each hour. */
  readonly onTheHour?: number;
}

function drawLines(service: ServiceName, source: Source, random: Random): readonly LogLine[] {
  const from = source.from ?? datasetStart;
  const until = source.until ?? datasetEnd;
  const lines: LogLine[] = [];
  // Arrivals of a Poisson process: exponential gaps, thinned out by the load of the hour.
  for (let at = from; ;) {
    at += (-Math.log(1 - random.next()) / source.rate) * minuteMs;
    if (at >= until) return lines;
    if (source.onTheHour !== undefined && at % hourMs >= source.onTheHour * minuteMs) continue;
    if (source.from === undefined && random.next() > loadAt(at)) continue;
    const instance = `${service}-${1 + Math.floor(random.next() * services[service].instances)}`;
    lines.push({ at: Math.floor(at), service, instance, level: source.level, message: fill(source.message, random) });
  }
}

/** After a deploy each instance says its version, and payments the settings of its pool. */
function startLines({ service, version, at }: Deploy, random: Random): readonly LogLine[] {
  return Array.from({ length: services[service].instances }, (_, index) => {
    const pool = service === "payments" ? ` gateway.pool.max=${at < badDeployAt ? 40 : 8}` : "";
    return {
      at: Math.floor(at + (index * 30 + random.fork(`${version} ${service} ${index}`).next() * 5) * 1_000),
      service,
      instance: `${service}-${index + 1}`,
      level: "info",
      message: `started version=${version}${pool}`,
    };
  });
}

/** Puts drawn values in the place of `{order}`, `{trace}`, `{warehouse}` and `{low..high}`. */
function fill(message: string, random: Random): string {
  return message.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    if (name === "order") return `${810_000 + Math.floor(random.next() * 90_000)}`;
    if (name === "trace")
      return Math.floor(random.next() * 2 ** 48)
        .toString(16)
        .padStart(12, "0");
    if (name === "warehouse") return random.pick(["North", "South", "Harbour"]);
    const [low, high] = name.split("..").map(Number) as [number, number];
    return `${low + Math.floor(random.next() * (high - low + 1))}`;
  });
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const datasetStart = datasetEnd - datasetMinutes * minuteMs;

const today = (hour: number, minute: number): number => Date.UTC(2026, 10, 20, hour, minute);

const sources: Readonly<Record<ServiceName, readonly Source[]>> = {
  storefront: [
    { level: "info", rate: 0.9, message: "rendered /product/{1000..9999} in {38..210} ms trace={trace}" },
    { level: "info", rate: 0.3, message: "rendered /checkout in {90..340} ms trace={trace}" },
    { level: "warn", rate: 0.05, message: "search answered late, showed cached suggestions trace={trace}" },
    { level: "error", rate: 0.02, message: "404 for a picture of product {1000..9999}" },
    { level: "error", rate: 6, from: troubleAt, message: "502 from checkout path=/checkout/confirm trace={trace}" },
    {
      level: "warn",
      rate: 1,
      from: today(14, 9),
      message: "customer pressed the order button {2..5} times order={order}",
    },
  ],
  search: [
    { level: "info", rate: 0.7, message: "query of {1..5} words, {0..400} results, {22..160} ms" },
    { level: "warn", rate: 0.04, message: "wildcard query of a partner cut at 200 results" },
    { level: "info", rate: 0.6, from: today(13, 41), message: "rebuild for schema 41: {1..99} % of the documents" },
    { level: "warn", rate: 0.2, from: today(13, 44), message: "processor at {70..85} % while the index is rebuilt" },
  ],
  catalog: [
    { level: "info", rate: 0.5, message: "read product {1000..9999} from the cache in {1..9} ms" },
    { level: "debug", rate: 0.2, message: "cache miss for product {1000..9999}, read in {18..70} ms" },
    {
      level: "warn",
      rate: 1.5,
      from: today(12, 30),
      until: today(12, 52),
      message: "price import dropped {300..500} keys, hit rate {82..88} %",
    },
    { level: "info", rate: 0.2, from: today(12, 52), until: today(13, 10), message: "hit rate back at {95..97} %" },
  ],
  cart: [
    { level: "info", rate: 0.6, message: "added product {1000..9999}, cart has {1..14} lines" },
    { level: "info", rate: 0.15, message: "merged {1..6} items after sign-in" },
    { level: "warn", rate: 0.06, message: "inventory late after 400 ms, item added unchecked" },
  ],
  checkout: [
    { level: "info", rate: 0.9, message: "order={order} placed in {410..690} ms" },
    { level: "warn", rate: 0.03, message: "order={order} step=address refused by the address check" },
    { level: "error", rate: 0.02, message: "order={order} step=payment upstream=payments card declined" },
    {
      level: "error",
      rate: 9,
      from: troubleAt,
      message: "order={order} step=payment upstream=payments timeout after 3000 ms",
    },
    { level: "warn", rate: 9, from: troubleAt, message: "order={order} step=payment retry 1 of 1" },
  ],
  payments: [
    { level: "info", rate: 0.9, message: "authorised order={order} gateway={180..260} ms" },
    { level: "info", rate: 0.3, message: "captured order={order}" },
    { level: "warn", rate: 0.03, message: "declined order={order} reason=insufficient funds" },
    {
      level: "warn",
      rate: 12,
      from: troubleAt,
      message: "waited {600..2900} ms for a gateway connection, 8 of 8 in use, {9..60} waiting",
    },
    {
      level: "error",
      rate: 5,
      from: troubleAt,
      message: "order={order} gave up waiting for a gateway connection after 3000 ms",
    },
  ],
  inventory: [
    { level: "info", rate: 0.5, message: "reserved {1..6} items for order={order}" },
    { level: "debug", rate: 0.2, message: "released an expired reservation of order={order}" },
    { level: "warn", rate: 3, onTheHour: 5, message: "feed of warehouse {warehouse} slow, lag {45..88} s" },
  ],
  notifications: [
    { level: "info", rate: 0.6, message: "sent order mail for order={order}" },
    { level: "warn", rate: 0.03, message: "address of order={order} bounced" },
    {
      level: "info",
      rate: 0.15,
      from: today(14, 12),
      message: "fewer order mails than in this hour last week: -{7..11} %",
    },
  ],
};
