/**
 * The options of an exploration, and their reading.
 *
 * @module
 */

/** How the orders to try are found. */
export type StrategyName = "auto" | "exhaustive" | "random";

/** When timers fire. */
export type TimerMode = "free" | "idle" | "ordered";

/** How much an exploration may do. Whichever comes first ends it. */
export interface Budget {
  /** Runs of the scenario; 10 000 when absent. */
  readonly runs?: number;
  /** Milliseconds; 30 000 when absent. */
  readonly ms?: number;
}

/** Options of `explore()`. */
export interface ExploreOptions {
  /**
   * `exhaustive` tries every order that can make a difference, once each; `random` draws orders in several ways; `auto`, which is
   * the default, does the first with half of the budget and, where that was not enough, the second with the rest.
   */
  readonly strategy?: StrategyName;
  readonly budget?: Budget;
  /** For what is drawn by chance; 1 when absent. */
  readonly seed?: number;
  /**
   * `free`, which is the default, lets timers fire in any order, because what they stand for may take longer or shorter than
   * thought; `ordered` keeps them to their times. `idle` is `free` but for time limits (of the library's scopes and closings, and
   * of `AbortSignal.timeout()`), which pass only when nothing else can happen, the earliest first.
   */
  readonly timers?: TimerMode;
  /**
   * `everywhere` lets any task that `lab.all()` starts be cancelled, at each of its cancel points; `none` is the default. A run
   * in which a task ends for no other reason than that has not failed.
   */
  readonly cancel?: "everywhere" | "none";
  /** How many tasks one run may cancel; 1 when absent. */
  readonly cancellations?: number;
  /** The most steps of one run, beyond which it counts as one that does not end; 10 000 when absent. */
  readonly maxSteps?: number;
  /** Goes on after the first failure and counts how many orders fail; false when absent. */
  readonly countFailures?: boolean;
  /** Told of the progress now and then. */
  readonly onProgress?: (progress: ExploreProgress) => void;
  /** Ends the exploration with what has been found so far. */
  readonly signal?: AbortSignal;
}

/** How far an exploration has come. */
export interface ExploreProgress {
  /** Orders tried. */
  readonly orders: number;
  readonly failing: number;
  /** `exhaustive`, `random`, `shrinking`. */
  readonly stage: string;
}

/** The options, read. */
export interface ExploreSettings {
  readonly strategy: StrategyName;
  readonly runs: number;
  readonly ms: number;
  readonly seed: number;
  readonly orderedTimers: boolean;
  /** Time limits pass only when nothing else can happen. */
  readonly areLimitsLast: boolean;
  /** How many tasks a run may cancel; 0 for none. */
  readonly cancellations: number;
  readonly maxSteps: number;
  readonly countFailures: boolean;
  readonly onProgress: ((progress: ExploreProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

const strategies: ReadonlySet<unknown> = new Set(["auto", "exhaustive", "random"] satisfies StrategyName[]);

const timerModes: ReadonlySet<unknown> = new Set(["free", "idle", "ordered"] satisfies TimerMode[]);

/** @throws TypeError or RangeError for options that are none. */
export function readOptions(options: ExploreOptions): ExploreSettings {
  const {
    strategy = "auto",
    budget = {},
    seed = 1,
    timers = "free",
    cancel = "none",
    cancellations = 1,
    maxSteps = 10_000,
    countFailures = false,
  } = options;
  if (!strategies.has(strategy)) {
    throw new TypeError(`strategy is auto, exhaustive or random, and ${JSON.stringify(strategy)} is none of them`);
  }
  if (!timerModes.has(timers)) {
    throw new TypeError(`timers are free, idle or ordered, and ${JSON.stringify(timers)} is none of them`);
  }
  if (cancel !== "none" && cancel !== "everywhere") {
    throw new TypeError(`cancel is everywhere or none, and ${JSON.stringify(cancel)} is neither`);
  }
  count("cancellations", cancellations);
  return {
    strategy,
    runs: count("budget.runs", budget.runs ?? 10_000),
    ms: time("budget.ms", budget.ms ?? 30_000),
    seed: integer("seed", seed),
    orderedTimers: timers === "ordered",
    areLimitsLast: timers === "idle",
    cancellations: cancel === "none" ? 0 : cancellations,
    maxSteps: count("maxSteps", maxSteps),
    countFailures,
    onProgress: options.onProgress,
    signal: options.signal,
  };
}

function count(what: string, value: number): number {
  if (value === Infinity || (Number.isSafeInteger(value) && value > 0)) return value;
  throw new RangeError(`${what} is a whole number from 1 up, and ${String(value)} is not`);
}

function time(what: string, value: number): number {
  if (typeof value === "number" && value > 0) return value;
  throw new RangeError(`${what} is a number of milliseconds above 0, and ${String(value)} is not`);
}

function integer(what: string, value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`${what} is a whole number, and ${String(value)} is not`);
}
