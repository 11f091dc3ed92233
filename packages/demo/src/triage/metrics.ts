/**
 * Twelve hours of metrics, a point a minute: usual values, their daily rise, noise, and what the story does to them.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { badDeployAt, datasetEnd, datasetMinutes, serviceNames, troubleAt, type ServiceName } from "./shop.ts";

/** Every metric of any service. */
export const metricNames = [
  "requests_per_s",
  "error_rate_percent",
  "latency_p95_ms",
  "cpu_percent",
  "pool_limit",
  "pool_in_use",
  "pool_wait_ms",
  "cache_hit_percent",
  "feed_lag_s",
  "queue_depth",
] as const;

/** The name of a metric. */
export type MetricName = (typeof metricNames)[number];

/** One point a minute; the last one is the minute before the end of the dataset. */
type Series = readonly number[];

/** What `query_metrics` reads: the metrics that each service has. */
export type Metrics = ReadonlyMap<ServiceName, ReadonlyMap<MetricName, Series>>;

/** Draws the metrics of all services. */
export function createMetrics(random: Random): Metrics {
  return new Map(
    serviceNames.map((service) => {
      const names = metricNames.filter((name) => shapes[service][name] !== undefined);
      const series = names.map(
        (name) => [name, drawSeries(shapes[service][name] as Shape, random.fork(`${service} ${name}`))] as const,
      );
      return [service, new Map(series)];
    }),
  );
}

/** The share of the usual load at an instant: a third in the small hours, all of it from noon on. */
export function loadAt(time: number): number {
  const hour = (time / hourMs) % 24;
  return 0.35 + 0.65 / (1 + Math.exp((7.5 - hour) * 0.9));
}

interface Shape {
  readonly usual: number;
  /** Coefficient of variation of the noise. */
  readonly noise: number;
  readonly phases: readonly Phase[];
  readonly followsLoad?: boolean;
  /** Noise never lifts a value above this. */
  readonly atMost?: number;
}

/** For a time, the metric has other values. */
interface Phase {
  readonly from: number;
  readonly until: number;
  readonly value: number;
  /** Minutes from the usual value to this one. */
  readonly ramp: number;
  /** Without noise: the metric stands at a limit. */
  readonly steady?: boolean;
}

function drawSeries(shape: Shape, random: Random): Series {
  return Array.from({ length: datasetMinutes }, (_, index) => {
    const time = datasetEnd - (datasetMinutes - index) * minuteMs;
    const phase = shape.phases.find(({ from, until }) => from <= time && time < until);
    const expected = expectedAt(shape, phase, time);
    // Drawn in any case: a phase must not shift the noise of what comes after it.
    const noise = random.lognormal(1, shape.noise);
    const value = Math.min(phase?.steady ? expected : expected * noise, shape.atMost ?? Infinity);
    return value < 10 ? Math.round(value * 100) / 100 : Math.round(value * 10) / 10;
  });
}

function expectedAt(shape: Shape, phase: Phase | undefined, time: number): number {
  const usual = shape.usual * (shape.followsLoad ? loadAt(time) : 1);
  if (phase === undefined) return usual;
  const share = phase.ramp === 0 ? 1 : Math.min(1, (time - phase.from) / (phase.ramp * minuteMs));
  return usual + (phase.value - usual) * share;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const today = (hour: number, minute: number): number => Date.UTC(2026, 10, 20, hour, minute);
const trouble = (value: number, ramp = 4): readonly Phase[] => [{ from: troubleAt, until: datasetEnd, value, ramp }];

const requests = (usual: number, phases: readonly Phase[] = []): Shape => ({
  usual,
  noise: 0.05,
  phases,
  followsLoad: true,
});
const errors = (usual: number, phases: readonly Phase[] = []): Shape => ({ usual, noise: 0.25, phases });
const latency = (usual: number, phases: readonly Phase[] = []): Shape => ({ usual, noise: 0.06, phases });
const processor = (usual: number, phases: readonly Phase[] = []): Shape => ({
  usual,
  noise: 0.07,
  phases,
  followsLoad: true,
  atMost: 100,
});

const rebuild = (value: number): readonly Phase[] => [{ from: today(13, 42), until: datasetEnd, value, ramp: 3 }];
const priceImport = (value: number): readonly Phase[] => [
  { from: today(12, 30), until: today(12, 52), value, ramp: 2 },
];
/** The warehouses send their stock on the hour, and reading it takes a few minutes. */
const feeds: readonly Phase[] = Array.from({ length: 24 }, (_, hour) => ({
  from: today(hour, 0),
  until: today(hour, 5),
  value: 78,
  ramp: 1,
}));

const shapes: Readonly<Record<ServiceName, Partial<Record<MetricName, Shape>>>> = {
  storefront: {
    requests_per_s: requests(310),
    error_rate_percent: errors(0.3, trouble(1.6)),
    latency_p95_ms: latency(420, trouble(890)),
    cpu_percent: processor(46),
  },
  search: {
    requests_per_s: requests(120),
    error_rate_percent: errors(0.1),
    latency_p95_ms: latency(122, rebuild(134)),
    cpu_percent: processor(34, rebuild(78)),
  },
  catalog: {
    requests_per_s: requests(260),
    error_rate_percent: errors(0.1),
    latency_p95_ms: latency(46, priceImport(112)),
    cpu_percent: processor(30),
    cache_hit_percent: { usual: 97, noise: 0.005, phases: priceImport(84), atMost: 99.5 },
  },
  cart: {
    requests_per_s: requests(85, trouble(79, 8)),
    error_rate_percent: errors(0.2),
    latency_p95_ms: latency(95),
    cpu_percent: processor(28),
  },
  checkout: {
    requests_per_s: requests(42, trouble(47)),
    error_rate_percent: errors(0.2, trouble(9.1)),
    latency_p95_ms: latency(620, trouble(3060, 2)),
    cpu_percent: processor(38, trouble(31)),
  },
  payments: {
    requests_per_s: requests(40, trouble(53)),
    error_rate_percent: errors(0.1, trouble(4.2)),
    latency_p95_ms: latency(310, trouble(2870, 3)),
    cpu_percent: processor(35, trouble(27)),
    pool_limit: {
      usual: 40,
      noise: 0,
      phases: [{ from: badDeployAt, until: datasetEnd, value: 8, ramp: 2, steady: true }],
    },
    pool_in_use: {
      usual: 18,
      noise: 0.1,
      phases: [{ from: troubleAt, until: datasetEnd, value: 8, ramp: 0, steady: true }],
      followsLoad: true,
    },
    pool_wait_ms: { usual: 4, noise: 0.3, phases: trouble(1450, 3) },
  },
  inventory: {
    requests_per_s: requests(64),
    error_rate_percent: errors(0.2),
    latency_p95_ms: latency(140),
    cpu_percent: processor(25),
    feed_lag_s: { usual: 9, noise: 0.25, phases: feeds },
  },
  notifications: {
    requests_per_s: requests(14, trouble(12.7, 8)),
    error_rate_percent: errors(0.1),
    latency_p95_ms: latency(210),
    cpu_percent: processor(12),
    queue_depth: { usual: 130, noise: 0.3, phases: [], followsLoad: true },
  },
};
