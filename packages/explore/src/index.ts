/**
 * Explores the orders in which a concurrent program's steps can happen.
 *
 * @module
 */
export {
  DivergedError,
  type ExploreErrorCode,
  NoDrainError,
  PrivateFieldsError,
  ReplayInvalidError,
  ScenarioMissingError,
} from "./errors.ts";
export { emitTest, type EmitTestOptions } from "./emit-test.ts";
export { explore } from "./explore.ts";
export type { ChromeEvent, ChromeTrace } from "./chrome-trace.ts";
export type { Decision } from "./explain.ts";
export type { Explored, ExploredCounts, MinimalFailure, Verdict } from "./explored.ts";
export type { Lab } from "./lab.ts";
export type { Budget, ExploreOptions, ExploreProgress, StrategyName, TimerMode } from "./options.ts";
export { replay, Replayed, replayModule, type ReplayModuleOptions, type ReplayOptions } from "./replay.ts";
export { exploreModule, type ExploreModuleOptions } from "./parallel/explore-module.ts";
export type { Scenario } from "./single-run.ts";
export type { Trace, TraceAccess, TraceCancel, TraceSpan, TraceStep } from "./trace.ts";
