/**
 * How an owner is set up: the limits of its closing and idling, and how it opens again.
 *
 * @module
 */
import type { Instrument } from "./instrument.ts";
import { Notifier } from "./internal/notifier.ts";
import type { OwnerFunction } from "./owner-context.ts";

/** How long the next opening waits after one that failed, or after a generation that was lost. */
export interface BackoffOptions {
  /** Milliseconds after the first failure. 100 when absent. */
  readonly initial?: number;
  /** By how much the delay grows from one failure to the next. 2 when absent. */
  readonly factor?: number;
  /**
   * The longest delay in milliseconds; 30000 when absent. A generation that is lost after it was open for at least
   * this long starts the delays anew.
   */
  readonly max?: number;
  /** The share of each delay, from 0 to 1, that chance may take off, so that many owners do not open in step. 0.5 when absent. */
  readonly jitter?: number;
}

/** Options of an {@link Owner}. */
export interface OwnerOptions {
  /** For errors and pictures; the function's name when absent. */
  readonly name?: string;
  /**
   * Milliseconds that closing may take before the owner's task is cancelled, and again before it is given up and
   * counted as abandoned. 5000 when absent.
   */
  readonly closeTimeout?: number;
  /** Milliseconds that the resource stays open while it is lent to nobody. Never closed for that when absent. */
  readonly idleTimeout?: number;
  /** Lets the next opening wait after a failed one or a loss. When absent it begins at once, or in another turn of the event loop. */
  readonly backoff?: BackoffOptions;
  /**
   * How many openings may fail, one after another, before those who wait get the last one's error; `Infinity` for as
   * long as anybody waits. 1 when absent. A breach of the contract by the owner function is told at once.
   */
  readonly maxAttempts?: number;
  /** Watchers of the owner's tasks and all below them. */
  readonly instruments?: readonly Instrument[];
}

/** Options of `lease` and `open`. */
export interface LeaseOptions {
  /** Leaves the queue when it aborts; the opening goes on for the others. */
  readonly signal?: AbortSignal;
}

/** The options of an owner, checked and complete. */
export interface OwnerSettings<T> {
  readonly fn: OwnerFunction<T>;
  readonly name: string;
  readonly closeTimeout: number;
  readonly idleTimeout: number;
  readonly maxAttempts: number;
  readonly notifier: Notifier | undefined;
}

const CLOSE_TIMEOUT = 5_000;

/** @throws RangeError, TypeError */
export function ownerSettings<T>(fn: OwnerFunction<T>, options: OwnerOptions): OwnerSettings<T> {
  if (typeof fn !== "function") throw new TypeError(`an Owner takes an async function, and ${typeof fn} is not one`);
  const { closeTimeout = CLOSE_TIMEOUT, idleTimeout = Infinity, maxAttempts = 1, instruments = [] } = options;
  checkTimeout("closeTimeout is a time", closeTimeout);
  checkTimeout("idleTimeout is a time", idleTimeout);
  if (maxAttempts !== Infinity && !(Number.isInteger(maxAttempts) && maxAttempts >= 1)) {
    throw new RangeError(`maxAttempts is a whole number from 1 up or Infinity, and ${String(maxAttempts)} is not`);
  }
  return {
    fn,
    name: options.name ?? (fn.name === "" ? "owner" : fn.name),
    closeTimeout,
    idleTimeout,
    maxAttempts,
    notifier: instruments.length === 0 ? undefined : new Notifier(instruments),
  };
}

/** @throws RangeError */
export function checkTimeout(what: string, value: number): void {
  if (typeof value === "number" && value >= 0) return;
  throw new RangeError(`${what} in milliseconds from 0 up, and ${String(value)} is not one`);
}
