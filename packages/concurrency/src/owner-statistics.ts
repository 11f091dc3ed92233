/**
 * What can be read off an owner: how it stands, and its ledger.
 *
 * @module
 */

/**
 * Where an owner stands. `backing-off`: somebody waits, and the next opening does too. `ready`: open, also while a drain
 * waits for the leases that are out.
 */
export type OwnerState = "idle" | "backing-off" | "opening" | "ready" | "closing" | "closed";

/** How an owner stands. */
export interface OwnerStatistics {
  readonly state: OwnerState;
  /** The number of the last opening; 0 before the first. */
  readonly generation: number;
  /** Leases that are out. */
  readonly leases: number;
  /** Calls of `lease` and `open` that wait. */
  readonly waiting: number;
  /** Errors of openings that failed and closings that failed, oldest first; at most the last 16. */
  readonly failures: readonly unknown[];
  /** Closings that did not end in time and were given up. */
  readonly abandoned: number;
}

/**
 * The books of an owner: what it holds, which is nothing after the close, and what became of each generation. Every
 * opening that was begun has `opened`, `failed` or was `cancelled`, or is under way.
 */
export interface OwnerLedger {
  /** Leases that are out. */
  readonly leases: number;
  /** Calls of `lease` and `open` that wait. */
  readonly waiting: number;
  /** Timers that are set: of a close that is bounded, an idle time-out, a backoff, a drain. */
  readonly timers: number;
  /** Openings that were begun. */
  readonly begun: number;
  /** Generations that were open. */
  readonly opened: number;
  /** Openings that failed. */
  readonly failed: number;
  /** Openings that were cut short by a close. */
  readonly cancelled: number;
  /** Generations that died while they were open. */
  readonly lost: number;
  /** Generations that were closed because nobody had borrowed them for the `idleTimeout`. */
  readonly idled: number;
  /** Generations whose close did not end in time and was given up. */
  readonly abandoned: number;
}

/** What became of the borrowers when an owner was drained. */
export interface DrainReport {
  /** Whether every lease came back in time. */
  readonly drained: boolean;
  /** Leases that were lost because it was not, or because the value died or the owner was closed meanwhile. */
  readonly lost: number;
}
