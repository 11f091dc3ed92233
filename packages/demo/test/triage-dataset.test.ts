import { expect, test } from "vitest";
import { createDataset, type Dataset } from "../src/triage/dataset.ts";
import type { MetricName } from "../src/triage/metrics.ts";
import {
  badDeployAt,
  datasetEnd,
  datasetMinutes,
  serviceNames,
  services,
  troubleAt,
  type ServiceName,
} from "../src/triage/shop.ts";

test("the same seed gives the same records, another seed gives others", () => {
  const dataset = createDataset(1);

  expect(createDataset(1)).toEqual(dataset);
  expect(createDataset(2).logs).not.toEqual(dataset.logs);
  expect(createDataset(2).metrics).not.toEqual(dataset.metrics);
});

test("there are a few thousand log lines, sixty deploys, thirty incidents and forty metrics", () => {
  const { logs, deploys, incidents, metrics } = createDataset(1);

  const lengths = [...metrics.values()].flatMap((series) => [...series.values()].map(({ length }) => length));

  expect(logs.length).toBeGreaterThan(4_000);
  expect(logs.length).toBeLessThan(6_000);
  expect(deploys).toHaveLength(60);
  expect(incidents).toHaveLength(30);
  expect(lengths).toEqual(Array.from({ length: 38 }, () => datasetMinutes));
});

test("log lines are in order, lie in the dataset's time, and have no blank left to fill", () => {
  const { logs } = createDataset(1);

  const times = logs.map(({ at }) => at);

  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times[0]).toBeGreaterThanOrEqual(datasetEnd - datasetMinutes * 60_000);
  expect(times.at(-1)).toBeLessThan(datasetEnd);
  expect(logs.filter(({ message }) => /[{}]|undefined|NaN/.test(message))).toEqual([]);
  expect(new Set(logs.map(({ service }) => service))).toEqual(new Set(serviceNames));
});

test("deploys are newest first, on working days, by somebody of the owning team", () => {
  const { deploys } = createDataset(1);

  const times = deploys.map(({ at }) => at);

  expect(times).toEqual(times.toSorted((a, b) => b - a));
  for (const { at, service, author } of deploys) {
    expect([1, 2, 3, 4, 5]).toContain(new Date(at).getUTCDay());
    expect([services[service].onCall, services[service].secondary]).toContain(author);
  }
  expect(new Set(deploys.map(({ service, version }) => `${service} ${version}`)).size).toBe(60);
});

test("the last deploy of payments cuts its pool, and waits for a connection rise only after it", () => {
  const dataset = createDataset(1);

  const [last] = dataset.deploys.filter(({ service }) => service === "payments");

  expect(last).toMatchObject({ at: badDeployAt, change: expect.stringContaining("gateway.pool.max") });
  expect(highest(dataset, "payments", "pool_wait_ms", "before")).toBeLessThan(20);
  expect(mean(dataset, "payments", "pool_wait_ms", "after")).toBeGreaterThan(1_000);
  expect(mean(dataset, "payments", "pool_limit", "after")).toBe(8);
  expect(highest(dataset, "payments", "pool_in_use", "after")).toBeLessThanOrEqual(8);
});

test("checkout fails at the payment step from then on, and not before", () => {
  const dataset = createDataset(1);
  const timeouts = dataset.logs.filter(({ service, message }) => service === "checkout" && /timeout/.test(message));

  expect(timeouts.length).toBeGreaterThan(100);
  expect(timeouts.every(({ at, message }) => at > troubleAt && /step=payment/.test(message))).toBe(true);
  expect(highest(dataset, "checkout", "error_rate_percent", "before")).toBeLessThan(1);
  expect(mean(dataset, "checkout", "error_rate_percent", "after")).toBeGreaterThan(5);
});

test("the one open incident is checkout's, and an earlier one of payments had the same cause", () => {
  const { incidents } = createDataset(1);

  const open = incidents.filter(({ minutes }) => minutes === undefined);
  const earlier = incidents.find(({ id }) => id === "INC-2291");

  expect(open).toMatchObject([{ id: "INC-2300", service: "checkout", severity: 1 }]);
  expect(earlier).toMatchObject({ service: "payments", finding: expect.stringContaining("gateway.pool.max") });
});

function values(
  dataset: Dataset,
  service: ServiceName,
  metric: MetricName,
  when: "before" | "after",
): readonly number[] {
  const series = dataset.metrics.get(service)?.get(metric) ?? [];
  // Five minutes later the ramps are over.
  const trouble = datasetMinutes - (datasetEnd - troubleAt) / 60_000;
  return when === "before" ? series.slice(0, trouble - 2) : series.slice(trouble + 5);
}

function highest(...asked: Parameters<typeof values>): number {
  return Math.max(...values(...asked));
}

function mean(...asked: Parameters<typeof values>): number {
  const found = values(...asked);
  return found.reduce((sum, value) => sum + value, 0) / found.length;
}
