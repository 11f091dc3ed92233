/**
 * The dataset behind the triage tools, drawn from one seed when the server starts.
 *
 * @module
 */
import { createRandom } from "../random.ts";
import { createDeploys, type Deploy } from "./deploys.ts";
import { createIncidents, type Incident } from "./incidents.ts";
import { createLogs, type LogLine } from "./logs.ts";
import { createMetrics, type Metrics } from "./metrics.ts";

/** All records of the shop. The same seed gives the same records. */
export interface Dataset {
  /** Oldest first. */
  readonly logs: readonly LogLine[];
  readonly metrics: Metrics;
  /** Newest first. */
  readonly deploys: readonly Deploy[];
  /** Newest first. */
  readonly incidents: readonly Incident[];
}

/** Creates the dataset of a seed: some five thousand log lines, sixty deploys, thirty incidents, twelve hours of metrics. */
export function createDataset(seed: number): Dataset {
  const random = createRandom(seed).fork("dataset");
  const deploys = createDeploys(random.fork("deploys"));
  return {
    logs: createLogs(random.fork("logs"), deploys),
    metrics: createMetrics(random.fork("metrics")),
    deploys,
    incidents: createIncidents(),
  };
}
