/**
 * Watching tasks, scopes and waits from outside. Given to `run`, an instrument sees everything below that root task;
 * with none installed nothing is called.
 *
 * @module
 */
import type { CancelSource } from "./internal/cancellation.ts";
import type { TaskInfo } from "./task-info.ts";

/** A scope as an instrument sees it. */
export interface ScopeEvent {
  readonly task: TaskInfo;
  /** The name of the scope, where it has one. */
  readonly name: string | undefined;
}

/** Why a scope was cancelled. */
export interface CancelEvent extends ScopeEvent {
  readonly source: CancelSource;
  /** What was given to `cancel()`, the reason of a signal, or the error of the failed sibling. */
  readonly reason: unknown;
  /** The name of the task that called `cancel()`, or failed; undefined for every other source, and outside every task. */
  readonly by: string | undefined;
}

/** A wait: the same object when it begins and when it ends. */
export interface WaitEvent {
  readonly task: TaskInfo;
  /** What is waited for, in words for a person: `sleep(100)`, `event "ready"`. */
  readonly what: string;
}

/** Receives events as they happen. Its methods must not wait; what they throw becomes an unhandled rejection. */
export interface Instrument {
  taskSpawned?(task: TaskInfo): void;
  /** `error` is absent when the task returned, or was cancelled. */
  taskFinished?(task: TaskInfo, outcome: "finished" | "failed" | "cancelled", error?: unknown): void;
  scopeEntered?(scope: ScopeEvent): void;
  scopeExited?(scope: ScopeEvent): void;
  scopeCancelled?(scope: CancelEvent): void;
  /**
   * Something was still open when the code around it ended, and is cancelled: the scope itself, entered by hand and not
   * exited (`explicit`); or, in the scope or task of that name, work that nobody awaited.
   */
  scopeAbandoned?(scope: ScopeEvent & { readonly explicit: boolean }): void;
  /** A task suspends until something happens. A checkpoint, which only yields, is no wait. */
  waitBegun?(wait: WaitEvent): void;
  /** What was waited for has happened (`value`), or the wait was cancelled or failed (`error`); the task goes on soon. */
  waitEnded?(wait: WaitEvent, outcome: "value" | "error"): void;
}
