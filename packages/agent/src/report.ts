/**
 * What a run did: the report at its end, and the events on the way.
 *
 * @module
 */
import type { Usage } from "./usage.ts";

/**
 * How a tool call ended. All but the last two became a result for the model:
 *
 * - `ok`: with a value.
 * - `error`: with an error of the tool's own.
 * - `invalid-input`: the input was no JSON, or did not fit the schema.
 * - `unknown-tool`: there is no tool of that name.
 * - `timeout`: it took too long.
 * - `failed`: with an error that failed the run.
 * - `cancelled`: because another call failed, or the run was cancelled.
 */
export type CallOutcome = "ok" | "error" | "invalid-input" | "unknown-tool" | "timeout" | "failed" | "cancelled";

/** A tool call, as the report has it. */
export interface CallReport {
  readonly tool: string;
  readonly toolCallId: string;
  readonly outcome: CallOutcome;
  /** What went wrong; absent when nothing did. */
  readonly error?: string;
  /** Present when the tool was told to stop, did not, and was given up: it may still be running. */
  readonly abandoned?: true;
  readonly ms: number;
}

/** A turn, as the report has it: one call of the model and the tool calls that it asked for. */
export interface TurnReport {
  /** In the order in which the model asked for them. */
  readonly calls: readonly CallReport[];
  readonly ms: number;
}

/** A run as plain data, frozen. */
export interface RunReport {
  readonly agent: string;
  readonly outcome: "finished" | "failed" | "cancelled";
  readonly turns: readonly TurnReport[];
  readonly ms: number;
}

/** Which call an event is about. The events of a call share one object. */
export interface CallEvent {
  /** Counts from 1. */
  readonly turn: number;
  readonly tool: string;
  readonly toolCallId: string;
}

/**
 * Receives the events of one run as they happen, each in the task that it is about, the last in the caller's. Its
 * methods must not throw and must not wait.
 */
export interface RunObserver {
  turnStarted?(turn: number): void;
  callStarted?(call: CallEvent): void;
  /** `error` is what was thrown; absent when nothing was. */
  callFinished?(call: CallEvent, report: CallReport, error?: unknown): void;
  turnFinished?(turn: number, report: TurnReport): void;
  /** Called for every run that began, however it ended. `error` is what it rejects with. */
  runFinished?(report: RunReport, usage: Usage, error?: unknown): void;
}
