/**
 * The measurement: the same requests at every lane, level by level.
 *
 * @module
 */
import { gather, withSignal } from "@holdfast/concurrency";
import { type Count, fisherExact, type Interval, type Latency, type LevelResult, reproduce } from "@holdfast/reproduce";
import { type LaneName, laneNames, type Level, type Parameters, testLevel } from "./parameters.ts";
import { predictControl, predictCounted } from "./prediction.ts";
import { question } from "./question.ts";

/** What one level at one lane gave. */
export interface LevelMeasurement {
  readonly concurrency: number;
  readonly requests: number;
  /** Requests that got a whole response: those that shares and intervals are of. */
  readonly answered: number;
  /** Responses whose body had the signature. */
  readonly hits: number;
  /** Requests that did not end with 200, flagged or not. */
  readonly failed: number;
  /** The 95 % Wilson interval of hits / answered. */
  readonly interval: Interval;
  /** The same by batches of `concurrency` responses: hits of one session come together. */
  readonly batches: LevelResult["batches"];
  readonly latency: Latency | null;
  /** The share that the simulation predicts; null where it says nothing. */
  readonly predicted: number | null;
}

/** What one lane gave. */
export interface LaneMeasurement {
  readonly name: LaneName;
  readonly levels: readonly LevelMeasurement[];
}

/** What all lanes gave. */
export interface Measurements {
  readonly lanes: readonly LaneMeasurement[];
  readonly control: LaneMeasurement;
  /** Two-sided p of Fisher's test: owned against counted at the test level. */
  readonly p: number;
}

/** How far the measurement is. */
export interface Progress {
  readonly doing: string;
  readonly done: number;
  readonly of: number;
}

/** What the body of a failed run says: the odd words of the incident, or that the connection is gone. */
export const signature: RegExp = /cancel scope|connection (?:was )?(?:closed|lost)/i;

/**
 * Fires the same requests at all four lanes.
 *
 * **Cancellation:** ends the requests in flight.
 *
 * @throws what `reproduce` throws when the backend cannot be reached at all.
 */
export async function measureLanes(
  backendUrl: string,
  parameters: Parameters,
  onProgress: (progress: Progress) => void,
): Promise<Measurements> {
  const measured = new Map<LaneName, LevelMeasurement[]>(laneNames.map((name) => [name, []]));
  for (const level of parameters.levels) {
    const progress = new LevelProgress(level, onProgress);
    for (const names of together(level)) {
      const results = await gather(names.map((name) => () => measure(backendUrl, name, level, parameters, progress)));
      for (const [index, name] of names.entries()) measured.get(name)?.push(results[index] as LevelMeasurement);
    }
  }
  const all = laneNames.map((name): LaneMeasurement => ({ name, levels: measured.get(name) ?? [] }));
  const lanes = all.filter(({ name }) => name !== "control");
  return {
    lanes,
    control: all.find(({ name }) => name === "control") as LaneMeasurement,
    p: fisherExact(countAtTestLevel(lanes, "counted"), countAtTestLevel(lanes, "owned")),
  };
}

/** What a lane gave at the level at which the lanes are compared. */
export function atTestLevel(lanes: readonly LaneMeasurement[], name: LaneName): LevelMeasurement {
  const level = lanes.find((lane) => lane.name === name)?.levels.find(({ concurrency }) => concurrency === testLevel);
  if (level === undefined) throw new TypeError(`the lane ${name} was not measured at ${testLevel} in parallel`);
  return level;
}

/**
 * The lanes that are measured side by side. The official one fails so fast, once it does, that its next requests would
 * take the processor from the others and shift their rates; so it goes alone then.
 */
function together({ concurrency }: Level): readonly (readonly LaneName[])[] {
  if (concurrency === 1) return [laneNames];
  return [laneNames.filter((name) => name !== "official"), ["official"]];
}

async function measure(
  backendUrl: string,
  name: LaneName,
  { concurrency, requests }: Level,
  parameters: Parameters,
  progress: LevelProgress,
): Promise<LevelMeasurement> {
  const { levels } = await withSignal((signal) =>
    reproduce({
      url: `${backendUrl}/agents/${name}/runs`,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt: question }),
      signature,
      requests,
      concurrency,
      // Only a hang is that slow, at any time scale.
      timeoutMs: 60_000 + 20 * parameters.modelMs,
      signal,
      onProgress: ({ done }) => progress.update(name, done),
    }),
  );
  const [level] = levels as readonly [LevelResult];
  return {
    concurrency,
    requests,
    answered: level.answered,
    hits: level.hits,
    failed: requests - (level.statuses["200"] ?? 0),
    interval: level.interval,
    batches: level.batches,
    latency: level.latency,
    predicted: predictFor(name, parameters, concurrency, requests),
  };
}

function predictFor(name: LaneName, parameters: Parameters, concurrency: number, requests: number): number | null {
  // Of a real model's times nothing is known beforehand.
  if (parameters.model !== null && name !== "owned") return null;
  if (name === "counted") return predictCounted(parameters, concurrency, requests);
  if (name === "control") return predictControl(parameters, concurrency, requests);
  return name === "owned" ? 0 : null;
}

function countAtTestLevel(lanes: readonly LaneMeasurement[], name: LaneName): Count {
  const { hits, answered } = atTestLevel(lanes, name);
  return { hits, trials: answered };
}

/** A level is as far as all of its lanes together. */
class LevelProgress {
  readonly #level: Level;
  readonly #onProgress: (progress: Progress) => void;
  readonly #done = new Map<LaneName, number>();

  constructor(level: Level, onProgress: (progress: Progress) => void) {
    this.#level = level;
    this.#onProgress = onProgress;
  }

  update(name: LaneName, done: number): void {
    this.#done.set(name, done);
    const sum = [...this.#done.values()].reduce((total, each) => total + each, 0);
    const { concurrency, requests } = this.#level;
    this.#onProgress({ doing: `${concurrency} at a time, four agents:`, done: sum, of: requests * laneNames.length });
  }
}
