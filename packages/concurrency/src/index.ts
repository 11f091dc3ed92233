/**
 * Structured concurrency for async/await: tasks, task-bound cancel scopes, task groups and owners.
 *
 * @module
 */
export { CancelScope, type CancelScopeOptions } from "./cancel-scope.ts";
export { runDetached } from "./context.ts";
export {
  CancelledError,
  type ConcurrencyErrorCode,
  DeadlockError,
  HoldfastError,
  InternalError,
  isCancelled,
  NoTaskError,
  OwnerContractError,
  RuntimeMismatchError,
  ScopeNotActiveError,
  ScopeNotCurrentError,
  ScopeNotEnteredError,
  ScopeUsedError,
  ScopeWrongTaskError,
  TaskFailedError,
  TaskFinishedError,
  TaskGroupClosedError,
  TaskNotFinishedError,
  TaskNotStartedError,
  TaskStartedError,
  TaskWasCancelledError,
  TimeoutError,
  VariableUnsetError,
} from "./errors.ts";
export { Event, type EventStatistics } from "./event.ts";
export { ExceptionGroup, leafErrors } from "./exception-group.ts";
export { cancellable, withSignal } from "./foreign.ts";
export { gather, type Gathered } from "./gather.ts";
export type { Instrument, ScopeEvent } from "./instrument.ts";
export type { CancelSource } from "./internal/cancellation.ts";
export { Lease } from "./lease.ts";
export {
  type DrainReport,
  type LeaseOptions,
  Owner,
  type OwnerContext,
  type OwnerOptions,
  type OwnerStatistics,
  type Published,
  type PublishOptions,
} from "./owner.ts";
export {
  AlreadyHeldError,
  BrokenResourceError,
  BusyResourceError,
  ClosedResourceError,
  EndOfStreamError,
  NotHeldError,
  WouldBlockError,
} from "./resource-errors.ts";
export { currentTask, currentTime, run, type RunOptions } from "./run.ts";
export type { Runtime, Step, Timer } from "./runtime.ts";
export { cancelShieldedCheckpoint, checkpoint, sleep } from "./sleep.ts";
export { systemRuntime } from "./system-runtime.ts";
export { type StartOptions, taskGroup, type TaskGroup, type TaskGroupOptions } from "./task-group.ts";
export { TaskHandle } from "./task-handle.ts";
export type { TaskInfo } from "./task-info.ts";
export { failAfter, moveOnAfter, shielded } from "./timeouts.ts";
