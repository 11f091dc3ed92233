/**
 * The demo's numbers: how long a model thinks and a tool works, how many requests are fired, and at which levels.
 *
 * @module
 */

/** The lanes: agents that do the same work over three connections, and the control. */
export const laneNames = ["counted", "official", "owned", "control"] as const;

/** An agent of the demo's backend. */
export type LaneName = (typeof laneNames)[number];

/** One level of the load: so many requests, so many at a time. */
export interface Level {
  readonly concurrency: number;
  readonly requests: number;
}

/** What a demo run is made of; the same parameters and seed make the same draws. */
export interface Parameters {
  readonly seed: number;
  /** The factor on every latency. 1 plays the incident's 20 to 25 second runs. */
  readonly timeScale: number;
  /** Mean time of one model call, in milliseconds, scale applied. */
  readonly modelMs: number;
  /** Mean time of one tool call, in milliseconds, scale applied. */
  readonly toolMs: number;
  readonly levels: readonly Level[];
  /** The real model's name; null for the scripted one, whose times are `modelMs`. */
  readonly model: string | null;
}

/** What a caller may choose; all of it has a default. */
export interface ParameterOptions {
  readonly seed?: number;
  /** The factor on every latency, above 0 and at most 1. Default 1/50. */
  readonly timeScale?: number;
  /** The level at which the lanes are compared, {@link testLevel}, must be among them. */
  readonly levels?: readonly Level[];
  readonly model?: string;
}

/** The level at which the lanes are compared: fixed beforehand, never chosen by its outcome. */
export const testLevel = 10;
/** Coefficient of variation of every latency. */
export const latencySpread = 0.5;
/** Calls that the triage agents make in one turn. */
export const callsInTurn = 4;
/** The owner look-up takes this share of a tool's time. */
export const quickFactor = 0.25;
/** The control agent has one tool, and needs it in one run of so many. */
export const controlLookUpEvery = 6;

/**
 * Unscaled, in milliseconds: with a tool at a fifth of the model's latency and one turn of four calls, a run takes 20 to 25
 * seconds and about one in six of ten parallel ones fails.
 */
const modelMs = 10_000;
const toolMs = modelMs / 5;
const defaultTimeScale = 1 / 50;

const defaultLevels: readonly Level[] = [
  { concurrency: 1, requests: 30 },
  { concurrency: 4, requests: 60 },
  { concurrency: testLevel, requests: 120 },
];

/**
 * Works out the parameters of a run.
 *
 * @throws RangeError for a seed that is no whole number, a time scale that is not above 0 and at most 1, or levels
 * without the one at which the lanes are compared.
 */
export function createParameters(options: ParameterOptions = {}): Parameters {
  const { seed = 1, timeScale = defaultTimeScale, levels = defaultLevels, model = null } = options;
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a whole number, and ${seed} is not`);
  if (!(timeScale > 0 && timeScale <= 1))
    throw new RangeError(`a time scale is above 0 and at most 1, and ${timeScale} is not`);
  if (levels.every(({ concurrency }) => concurrency !== testLevel))
    throw new RangeError(`the levels must have ${testLevel}, where the connections are compared`);
  return { seed, timeScale, modelMs: modelMs * timeScale, toolMs: toolMs * timeScale, levels, model };
}
