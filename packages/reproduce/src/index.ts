/**
 * Parallel HTTP reproduction of an intermittent failure, with the statistics to say what was seen.
 *
 * @module
 */
export { type Signature } from "./body-scanner.ts";
export { compare, type ComparedSide, type Comparison, type Verdict } from "./compare.ts";
export { type RequestFailure } from "./connection.ts";
export { LevelMissingError, type ReproduceErrorCode, UnreachableError } from "./errors.ts";
export { type Latency, type LevelResult, type Sample } from "./level.ts";
export { type ReproduceOptions, type ReproduceProgress } from "./options.ts";
export { reproduce, type ReproduceResult } from "./reproduce.ts";
export { type Count, fisherExact, type Interval, runsNeeded, wilsonInterval } from "./statistics.ts";
