/**
 * Parallel HTTP reproduction of an intermittent failure, with the statistics to say what was seen.
 *
 * @module
 */
export { type Signature } from "./body-scanner.ts";
export { compare, type ComparedSide, type Comparison, type Verdict } from "./compare.ts";
export { emitTest, type EmitTestOptions } from "./emit-test.ts";
export { LevelMissingError, type ReproduceErrorCode, UnreachableError } from "./errors.ts";
export { type Latency, type LevelResult, type Sample } from "./level.ts";
export {
  type Arrival,
  arrivalText,
  type OpenArrival,
  type ReproduceOptions,
  type ReproduceProgress,
  type SequentialTest,
} from "./options.ts";
export { type RequestFailure } from "./outcome.ts";
export { predictBurst, type Predicted, predictOverlap } from "./prediction.ts";
export { type ReportInput, reproduceReport, verdictSentences } from "./report.ts";
export { reproduce, type ReproduceResult } from "./reproduce.ts";
export { type SequentialResult } from "./sequential-test.ts";
export {
  type Count,
  differenceInterval,
  fisherExact,
  type Interval,
  runsNeeded,
  wilsonInterval,
} from "./statistics.ts";
