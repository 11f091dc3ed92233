/**
 * Structured concurrency for async/await: tasks, task-bound cancel scopes, task groups and owners.
 *
 * @module
 */
export { CancelScope, type CancelScopeOptions } from "./cancel-scope.ts";
export { CapacityLimiter, type CapacityLimiterOptions, type CapacityLimiterStatistics } from "./capacity-limiter.ts";
export { Condition, type ConditionOptions, type ConditionStatistics } from "./condition.ts";
export { captureContext, runDetached } from "./context.ts";
export type { CapturedContext } from "./internal/context-map.ts";
export {
  CancelledError,
  type ConcurrencyErrorCode,
  DeadlockError,
  HoldfastError,
  InternalError,
  isCancelled,
  LeakError,
  NoTaskError,
  OwnerContractError,
  rethrowCancelled,
  RuntimeMismatchError,
  TaskFailedError,
  TaskFinishedError,
  TaskGroupClosedError,
  TaskNotFinishedError,
  TaskNotStartedError,
  TaskStartedError,
  TaskWasCancelledError,
  UnsupportedNodeError,
  VariableUnsetError,
} from "./errors.ts";
export { Event, type EventStatistics } from "./event.ts";
export { ExceptionGroup, leafErrors } from "./exception-group.ts";
export { cancellable, withSignal } from "./foreign.ts";
export { gather, type Gathered } from "./gather.ts";
export type { Hold } from "./hold.ts";
export type { CancelEvent, Instrument, ScopeEvent, WaitEvent } from "./instrument.ts";
export type { CancelSource } from "./internal/cancellation.ts";
export type { MemoryChannelStatistics } from "./internal/channel.ts";
export { iterate, type IterateOptions, type ReadableStreamLike } from "./iterate.ts";
export { Lease } from "./lease.ts";
export { Lock, type LockOptions, type LockStatistics } from "./lock.ts";
export {
  type MemoryChannel,
  type MemoryChannelOptions,
  openMemoryChannel,
  type ReceiveChannel,
  type SendChannel,
} from "./memory-channel.ts";
export { type Enterable, openDeadline, type OpenScope, openShield } from "./open-scope.ts";
export type { OwnerContext, OwnerFunction, Published, PublishOptions } from "./owner-context.ts";
export type { BackoffOptions, LeaseOptions, OwnerOptions } from "./owner-options.ts";
export type { DrainReport, OwnerLedger, OwnerState, OwnerStatistics } from "./owner-statistics.ts";
export { Owner } from "./owner.ts";
export {
  AlreadyHeldError,
  BrokenResourceError,
  BusyResourceError,
  ClosedResourceError,
  EndOfStreamError,
  NotHeldError,
  WouldBlockError,
} from "./resource-errors.ts";
export { ResourceGuard } from "./resource-guard.ts";
export { currentTask, currentTime, run, runningTasks, type RunOptions } from "./run.ts";
export { RunVar, type RunVarToken } from "./run-var.ts";
export type { Runtime, Startable, Step, TaskSource, Timer } from "./runtime.ts";
export {
  ScopeNotActiveError,
  ScopeNotCurrentError,
  ScopeNotEnteredError,
  ScopeUsedError,
  ScopeWrongTaskError,
  TimeoutError,
} from "./scope-errors.ts";
export { Semaphore, type SemaphoreOptions, type SemaphoreStatistics } from "./semaphore.ts";
export {
  cancelShieldedCheckpoint,
  checkpoint,
  checkpointIfCancelled,
  sleep,
  sleepForever,
  sleepUntil,
} from "./sleep.ts";
export { systemRuntime } from "./system-runtime.ts";
export { type StartOptions, taskGroup, type TaskGroup, type TaskGroupOptions } from "./task-group.ts";
export { type HandleStatus, StartedTask, TaskHandle } from "./task-handle.ts";
export type { TaskInfo } from "./task-info.ts";
export { TaskLocal, type VariableOptions } from "./task-local.ts";
export type { TaskStatus } from "./task-status.ts";
export {
  currentEffectiveDeadline,
  failAfter,
  failAt,
  type FailOptions,
  moveOnAfter,
  moveOnAt,
  type MoveOnOptions,
  shielded,
} from "./timeouts.ts";
export { type EmitterLike, type EventTargetLike, waitForEvent, type WaitForEventOptions } from "./wait-for-event.ts";
