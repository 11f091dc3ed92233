/**
 * Watching tasks and scopes from outside. Given to `run`, an instrument sees everything below that root task; with
 * none installed nothing is called.
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

/** Receives events as they happen. Its methods must not wait; what they throw becomes an unhandled rejection. */
export interface Instrument {
  taskSpawned?(task: TaskInfo): void;
  /** `error` is absent when the task returned, or was cancelled. */
  taskFinished?(task: TaskInfo, outcome: "finished" | "failed" | "cancelled", error?: unknown): void;
  scopeEntered?(scope: ScopeEvent): void;
  scopeExited?(scope: ScopeEvent): void;
  scopeCancelled?(scope: ScopeEvent & { readonly source: CancelSource; readonly reason: unknown }): void;
  /**
   * Something was still open when the code around it ended, and is cancelled: the scope itself, entered by hand and not
   * exited (`explicit`); or, in the scope or task of that name, work that nobody awaited.
   */
  scopeAbandoned?(scope: ScopeEvent & { readonly explicit: boolean }): void;
}
