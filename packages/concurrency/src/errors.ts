/**
 * The errors of tasks, owners and runtimes, with the base and the codes of all errors of this package; those of scopes and of
 * shared resources have files of their own. Match on `code`; the texts may improve.
 *
 * @module
 */
import type { CancelSource } from "./internal/cancellation.ts";
import type { TaskInfo } from "./task-info.ts";

/** The base of every error that Holdfast throws on purpose. */
export abstract class HoldfastError extends Error {
  /** Stable, unique over all packages, in the form `AREA_WHAT`; listed in docs/errors.md. */
  abstract readonly code: string;
  /** What to do about it, where that can be said in one sentence. */
  declare readonly hint?: string;

  static {
    nameOf(HoldfastError, "HoldfastError");
  }
}

/** Thrown where a task is needed and the code runs outside every task. */
export class NoTaskError extends HoldfastError {
  override readonly code = "NO_TASK";
  override readonly hint = "wrap the request in run()";

  constructor(attempted: string) {
    super(`${attempted} needs a task, and this code runs outside every task; wrap the request in run()`);
  }
  static {
    nameOf(NoTaskError, "NoTaskError");
  }
}

/** Thrown by a wait or a new scope in code that went on after its task had finished. */
export class TaskFinishedError extends HoldfastError {
  override readonly code = "TASK_FINISHED";
  override readonly hint =
    "await the work inside its task, give it a task of its own with startSoon(), or start it in runDetached()";
  /** The task that has finished. */
  readonly task: TaskInfo;

  constructor(attempted: string, task: TaskInfo) {
    super(`${attempted} in code that outlived its task: task "${task.name}" has already finished`);
    this.task = task;
  }
  static {
    nameOf(TaskFinishedError, "TaskFinishedError");
  }
}

/**
 * Thrown at a checkpoint inside a cancelled scope.
 *
 * Let it pass. It is the runtime unwinding the task, and only the scope that was cancelled may stop it;
 * a handler that swallows it is thrown into again at its next checkpoint.
 */
export class CancelledError extends HoldfastError {
  override readonly code = "TASK_CANCELLED";
  /** What asked for the cancellation: a call of `cancel()`, a deadline, a failed sibling, a signal, ... */
  readonly source: CancelSource;
  /** The reason given to `cancel()`, the reason of the signal, or the failed sibling's error. */
  readonly reason: unknown;
  /** The name of the scope that was cancelled, where it has one. */
  readonly scopeName: string | undefined;
  /** The name of the task that called `cancel()`; absent for every other source, and outside every task. */
  readonly by: string | undefined;

  constructor(source: CancelSource, reason?: unknown, scopeName?: string, by?: string) {
    super(cancelledMessage(source, reason, scopeName, by));
    this.source = source;
    this.reason = reason;
    this.scopeName = scopeName;
    this.by = by;
  }
  static {
    nameOf(CancelledError, "CancelledError");
  }
}

/** Thrown by `startSoon` and `start` on a group whose tasks have all been joined. */
export class TaskGroupClosedError extends HoldfastError {
  override readonly code = "TASK_GROUP_CLOSED";
  override readonly hint = "open a new task group, or start the task before the group's body and children are done";

  constructor(name: string | undefined, attempted: string = "startSoon()") {
    super(`${attempted} on a closed task group ${quoted(name)}: this task group is not active; open a new group`);
  }
  static {
    nameOf(TaskGroupClosedError, "TaskGroupClosedError");
  }
}

/** Thrown by awaiting the handle of a task that failed; `cause` is the task's own error. */
export class TaskFailedError extends HoldfastError {
  override readonly code = "TASK_FAILED";
  /** The task that failed. */
  readonly task: TaskInfo;

  constructor(task: TaskInfo, cause: unknown) {
    super(`task "${task.name}" raised an error`, { cause });
    this.task = task;
  }
  static {
    nameOf(TaskFailedError, "TaskFailedError");
  }
}

/** Thrown by awaiting the handle of a task that was cancelled before it had a result. */
export class TaskWasCancelledError extends HoldfastError {
  override readonly code = "TASK_WAS_CANCELLED";
  /** The task that was cancelled. */
  readonly task: TaskInfo;

  constructor(task: TaskInfo, cause: unknown) {
    super(`task "${task.name}" was cancelled`, { cause });
    this.task = task;
  }
  static {
    nameOf(TaskWasCancelledError, "TaskWasCancelledError");
  }
}

/** Thrown by reading the result of a task that is still running. */
export class TaskNotFinishedError extends HoldfastError {
  override readonly code = "TASK_NOT_FINISHED";
  override readonly hint = "await the handle, or call wait() first";
  /** The task that is still running. */
  readonly task: TaskInfo;

  constructor(task: TaskInfo) {
    super(`reading the result of task "${task.name}", which has not finished yet; await it first`);
    this.task = task;
  }
  static {
    nameOf(TaskNotFinishedError, "TaskNotFinishedError");
  }
}

/** Thrown by calling `started()` a second time in one task. */
export class TaskStartedError extends HoldfastError {
  override readonly code = "TASK_STARTED";
  override readonly hint = "call started() once, when the task is ready to be used";

  constructor() {
    super("called 'started' twice on the same task status");
  }
  static {
    nameOf(TaskStartedError, "TaskStartedError");
  }
}

/** Thrown by `start()` when the task ends without having called `started()`. */
export class TaskNotStartedError extends HoldfastError {
  override readonly code = "TASK_NOT_STARTED";
  override readonly hint = "call started() in the task once it is ready, or use startSoon()";
  /** The task that ended. */
  readonly task: TaskInfo;

  constructor(task: TaskInfo) {
    super(`Child exited without calling started(): task "${task.name}"`);
    this.task = task;
  }
  static {
    nameOf(TaskNotStartedError, "TaskNotStartedError");
  }
}

/** Thrown by reading the value of a variable that has none here, and no default. */
export class VariableUnsetError extends HoldfastError {
  override readonly code = "VARIABLE_UNSET";
  override readonly hint = "give the variable a default, or read it where a value is set";

  constructor(what: string) {
    super(`reading ${what}, which has no value here and no default`);
  }
  static {
    nameOf(VariableUnsetError, "VariableUnsetError");
  }
}

/** Thrown when an owner function breaks its contract: it must publish exactly once and return what `publish` gave. */
export class OwnerContractError extends HoldfastError {
  override readonly code = "OWNER_CONTRACT";

  static {
    nameOf(OwnerContractError, "OwnerContractError");
  }
}

/** Thrown by leasing, from one runtime, a resource whose owner runs on another. */
export class RuntimeMismatchError extends HoldfastError {
  override readonly code = "RUNTIME_MISMATCH";
  override readonly hint = "give each runtime an owner of its own";

  static {
    nameOf(RuntimeMismatchError, "RuntimeMismatchError");
  }
}

/** Thrown by `run` on a virtual runtime when every task waits and nothing is left that could wake one. */
export class DeadlockError extends HoldfastError {
  override readonly code = "RUNTIME_DEADLOCK";
  override readonly hint =
    "a virtual runtime sees only its own waits and timers: hand real input and output to its external()";
  /** What each waiting task waits for. */
  readonly waits: readonly string[];

  constructor(waits: readonly string[]) {
    super(
      `every task waits and nothing can wake one: ${waits.length === 0 ? "no task waits through the library" : waits.join("; ")}`,
    );
    this.waits = waits;
  }
  static {
    nameOf(DeadlockError, "DeadlockError");
  }
}

/** Thrown by the test kit when a program has ended and something that it began has not. */
export class LeakError extends HoldfastError {
  override readonly code = "RUNTIME_LEAK";
  override readonly hint = "await, cancel or close it before the program ends";
  /** What is left, each in words for a person. */
  readonly leaks: readonly string[];

  constructor(leaks: readonly string[], options?: ErrorOptions) {
    super(`the program has ended and this is left: ${leaks.join("; ")}`, options);
    this.leaks = leaks;
  }
  static {
    nameOf(LeakError, "LeakError");
  }
}

/** Thrown when the package is loaded by a Node that does not dispose of `using` variables which a closure captures. */
export class UnsupportedNodeError extends HoldfastError {
  override readonly code = "NODE_UNSUPPORTED";
  override readonly hint = "run on Node 24.10 or later";

  constructor() {
    super(
      "loading @holdfast/concurrency on a Node that never disposes of a using variable which a closure captures (24.0 to " +
        "24.4 do not); run on Node 24.10 or later",
    );
  }
  static {
    nameOf(UnsupportedNodeError, "UnsupportedNodeError");
  }
}

/** Thrown when an invariant of the library itself is broken. */
export class InternalError extends HoldfastError {
  override readonly code = "INTERNAL";
  override readonly hint = "this is a bug in holdfast; please report it";

  static {
    nameOf(InternalError, "InternalError");
  }
}

/** The codes of this package's errors. */
export type ConcurrencyErrorCode =
  | "END_OF_STREAM"
  | "EXCEPTION_GROUP"
  | "INTERNAL"
  | "NODE_UNSUPPORTED"
  | "NO_TASK"
  | "OWNER_CONTRACT"
  | "RESOURCE_ALREADY_HELD"
  | "RESOURCE_BROKEN"
  | "RESOURCE_BUSY"
  | "RESOURCE_CLOSED"
  | "RESOURCE_NOT_HELD"
  | "RESOURCE_WOULD_BLOCK"
  | "RUNTIME_DEADLOCK"
  | "RUNTIME_LEAK"
  | "RUNTIME_MISMATCH"
  | "SCOPE_NOT_ACTIVE"
  | "SCOPE_NOT_CURRENT"
  | "SCOPE_NOT_ENTERED"
  | "SCOPE_TIMEOUT"
  | "SCOPE_USED"
  | "SCOPE_WRONG_TASK"
  | "TASK_CANCELLED"
  | "TASK_FAILED"
  | "TASK_FINISHED"
  | "TASK_GROUP_CLOSED"
  | "TASK_NOT_FINISHED"
  | "TASK_NOT_STARTED"
  | "TASK_STARTED"
  | "TASK_WAS_CANCELLED"
  | "VARIABLE_UNSET";

/**
 * Whether an error is a cancellation on its way out.
 *
 * Recognised by its code, so that it holds across two installed copies of the package.
 */
export function isCancelled(error: unknown): error is CancelledError {
  return error instanceof Error && (error as { code?: unknown }).code === "TASK_CANCELLED";
}

/**
 * Throws an error on when it is a cancellation, and does nothing with any other: the first line of a `catch` around an
 * `await` that is not to stop the cancellation of its task.
 *
 * Also for what a foreign function makes of it, an AbortError whose cause is the cancellation.
 */
export function rethrowCancelled(error: unknown): void {
  if (isCancellation(error)) throw error;
}

/** Whether an error is a cancellation, or is what a foreign function made of one that had aborted its signal. */
export function isCancellation(error: unknown): boolean {
  return isCancelled(error) || (error instanceof Error && error.name === "AbortError" && isCancelled(error.cause));
}

/** Anything that was thrown, in words. Never throws, though what it describes may: an object without a prototype does. */
export function textOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  if (typeof thrown !== "object" || thrown === null) return String(thrown);
  try {
    return JSON.stringify(thrown) ?? "an object";
  } catch {
    return "an object";
  }
}

/** Puts the name on the prototype, so that errors carry no own `name` key and minified builds keep it. */
export function nameOf(type: { prototype: object }, name: string): void {
  Object.defineProperty(type.prototype, "name", { value: name, configurable: true, writable: true });
}

/** A name as it stands in a message. */
export function quoted(name: string | undefined): string {
  return name === undefined ? "without a name" : JSON.stringify(name);
}

function cancelledMessage(source: CancelSource, reason: unknown, scopeName?: string, by?: string): string {
  const where = scopeName === undefined ? "" : ` in scope ${JSON.stringify(scopeName)}`;
  const who = by === undefined ? "" : ` by task ${JSON.stringify(by)}`;
  if (source === "deadline") return `cancelled${where}: deadline exceeded`;
  return `cancelled${where}${who}${reason === undefined ? "" : `: ${textOf(reason)}`}`;
}
