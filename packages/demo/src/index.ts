/**
 * The incident, retold with real parts.
 *
 * @module
 */
export type { FailureRecord } from "./backend/failure-record.ts";
export type { Claim } from "./claims.ts";
export { type DemoOptions, type DemoResult, runDemo } from "./demo.ts";
export {
  BundledFixError,
  ChildNotReadyError,
  type DemoErrorCode,
  ModelUnavailableError,
  PortInUseError,
  ReportNotWrittenError,
} from "./errors.ts";
export { type ExploredConnection, type ExploredMiniature, scenarioPath } from "./explored-miniature.ts";
export type { OrdersResult } from "./finishing-orders.ts";
export type { BundledFix } from "./fix/ask-fix.ts";
export type { LaneMeasurement, LevelMeasurement, Progress } from "./measurement.ts";
export { type LaneName, type Level, type ParameterOptions, type Parameters, testLevel } from "./parameters.ts";
