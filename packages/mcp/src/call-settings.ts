/**
 * The options that say how many calls a connection makes at a time, and what becomes of them when it is lost; and their
 * reading.
 *
 * @module
 */
import type { BackoffOptions } from "@holdfast/concurrency";
import type { CallLimits } from "./call-gate.ts";
import { type ReplayRule, replayRules } from "./replay.ts";

/** How a connection is opened again. */
export interface McpReconnectOptions extends BackoffOptions {
  /** How many openings may fail, one after another, before those who wait get the last one's error; 1 when absent. */
  readonly maxAttempts?: number;
}

/** Limits of the calls of a connection, and what becomes of them when it is lost. */
export interface McpResilienceOptions {
  /** Calls that are under way at the same time, further ones wait; 1024 when absent, `Infinity` for no limit. */
  readonly maxInFlight?: number;
  /** Calls that may wait for that, further ones fail at once; 10 000 when absent, 0 for none, `Infinity` for no limit. */
  readonly maxQueue?: number;
  /** Milliseconds that a call may wait for that; `null`, as when absent, for as long as its own limit allows. */
  readonly queueTimeout?: number | null;
  /**
   * How long the next opening waits after one that failed or a connection that was lost, and how many openings may fail
   * before those who wait are told. When absent it begins at once, and one that fails is told.
   */
  readonly reconnect?: McpReconnectOptions;
  /**
   * Which calls are made once more when their connection fails. `"unsent"`, as when absent: those that did not run, because
   * no byte of them left or the server has forgotten the session. `"idempotent"`: also those that may have run, of tools
   * whose `idempotentHint` or `readOnlyHint` is true when the server is asked for them again. `"never"`: none.
   */
  readonly replay?: ReplayRule;
}

/** Those options as they were read. */
export interface CallSettings {
  readonly calls: CallLimits;
  readonly reconnect: { readonly backoff?: BackoffOptions; readonly maxAttempts?: number };
  readonly replay: ReplayRule;
}

/** Bounds memory rather than the load on the server, which `sockets` does. */
const MAX_IN_FLIGHT = 1_024;
const MAX_QUEUE = 10_000;
/** The largest count that there is stands for none. */
const ENDLESS = Number.MAX_SAFE_INTEGER;

/** The names of the options. */
export const resilienceNames: readonly string[] = [
  "maxInFlight",
  "maxQueue",
  "queueTimeout",
  "reconnect",
  "replay",
] satisfies (keyof McpResilienceOptions)[];

const reconnectNames: ReadonlySet<string> = new Set([
  "initial",
  "factor",
  "max",
  "jitter",
  "maxAttempts",
] satisfies (keyof McpReconnectOptions)[]);

/** @throws RangeError for a number that is none; TypeError for a rule or a way to reconnect that there is not. */
export function readCallSettings(options: McpResilienceOptions): CallSettings {
  const { maxInFlight = MAX_IN_FLIGHT, maxQueue = MAX_QUEUE, queueTimeout = null } = options;
  if (queueTimeout !== null && !(typeof queueTimeout === "number" && queueTimeout >= 0)) {
    throw new RangeError(`queueTimeout is a number of milliseconds from 0 up, and ${String(queueTimeout)} is not`);
  }
  return {
    calls: {
      maxInFlight: readCount("maxInFlight", maxInFlight, 1),
      maxQueue: readCount("maxQueue", maxQueue, 0),
      queueTimeout,
    },
    reconnect: readReconnect(options.reconnect),
    replay: readReplay(options.replay),
  };
}

function readCount(what: string, value: number, least: number): number {
  if (value === Infinity) return ENDLESS;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`${what} is a whole number from ${least} up or Infinity, and ${String(value)} is not`);
}

/** Numbers that cannot be are refused by the owner, which is made before anything is opened. */
function readReconnect(given: McpReconnectOptions | undefined): CallSettings["reconnect"] {
  if (given === undefined) return {};
  const unknown = Object.keys(given).find((key) => !reconnectNames.has(key));
  if (unknown !== undefined) {
    throw new TypeError(`reconnect has no "${unknown}"; it has initial, factor, max, jitter and maxAttempts`);
  }
  const { maxAttempts, ...backoff } = given;
  return { backoff, ...(maxAttempts !== undefined && { maxAttempts }) };
}

function readReplay(given: ReplayRule = "unsent"): ReplayRule {
  if (replayRules.has(given)) return given;
  throw new TypeError(`replay is "never", "unsent" or "idempotent", and ${JSON.stringify(given)} is none of them`);
}
