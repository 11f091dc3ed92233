/**
 * The errors of cancel scopes. The texts of the two exit errors, {@link ScopeWrongTaskError} and
 * {@link ScopeNotCurrentError}, stay as they are: they are what people search for.
 *
 * @module
 */
import type { CancelScope } from "./cancel-scope.ts";
import { HoldfastError, nameOf, quoted } from "./errors.ts";
import type { TaskInfo } from "./task-info.ts";

/** Thrown by `failAfter` and `failAt` when the deadline stopped the body, and by the waits under `openDeadline`. */
export class TimeoutError extends HoldfastError {
  override readonly code = "SCOPE_TIMEOUT";
  /** How long the body was given, in milliseconds. */
  readonly timeout: number;

  /** @param reason what took too long, in the words of whoever set the limit */
  constructor(timeout: number, attempted: string = `the body of failAfter(${timeout})`, reason?: string) {
    super(`${attempted} did not finish within ${timeout} ms${reason === undefined ? "" : `: ${reason}`}`);
    this.timeout = timeout;
  }
  static {
    nameOf(TimeoutError, "TimeoutError");
  }
}

/** Thrown when a cancel scope is used a second time, or is to be given another timeout once it has been entered. */
export class ScopeUsedError extends HoldfastError {
  override readonly code = "SCOPE_USED";
  override readonly hint = "make a new CancelScope for each use";

  /** @param attempted what cannot be done once the scope has been entered, where that is not a second entry. */
  constructor(name: string | undefined, attempted?: string) {
    super(
      attempted === undefined
        ? `entering cancel scope ${quoted(name)} a second time; each scope may be used once`
        : `${attempted} of cancel scope ${quoted(name)}, which has been entered; move its deadline`,
    );
  }
  static {
    nameOf(ScopeUsedError, "ScopeUsedError");
  }
}

/** Thrown by asking a scope that has a timeout, and has not been entered, when its deadline is: there is none yet. */
export class ScopeNotEnteredError extends HoldfastError {
  override readonly code = "SCOPE_NOT_ENTERED";
  override readonly hint = "its time counts from entry: read or set timeout, or the deadline once the scope is entered";

  constructor(name: string | undefined) {
    super(
      `asking for the deadline of cancel scope ${quoted(name)}, whose timeout counts from its entry, which has not been; ` +
        "ask for its timeout",
    );
  }
  static {
    nameOf(ScopeNotEnteredError, "ScopeNotEnteredError");
  }
}

/** Thrown by `exit()` on a scope that was never entered, or has been exited already. */
export class ScopeNotActiveError extends HoldfastError {
  override readonly code = "SCOPE_NOT_ACTIVE";
  override readonly hint = "call exit() once, after enter()";

  constructor() {
    super("This cancel scope is not active");
  }
  static {
    nameOf(ScopeNotActiveError, "ScopeNotActiveError");
  }
}

/** Thrown by `exit()` in a task other than the one that entered the scope. Nothing has changed when it is thrown. */
export class ScopeWrongTaskError extends HoldfastError {
  override readonly code = "SCOPE_WRONG_TASK";
  override readonly hint = "let one task open and close the resource (an Owner) and lend it to the others (a Lease)";
  /** The task that entered the scope. */
  readonly host: TaskInfo;
  /** The task that tried to exit it; absent when that code runs outside every task. */
  declare readonly task?: TaskInfo;

  constructor(host: TaskInfo, task: TaskInfo | undefined) {
    super("Attempted to exit cancel scope in a different task than it was entered in");
    this.host = host;
    if (task !== undefined) this.task = task;
  }
  static {
    nameOf(ScopeWrongTaskError, "ScopeWrongTaskError");
  }
}

/** Thrown when a scope is exited while a scope that was entered after it is still open. */
export class ScopeNotCurrentError extends HoldfastError {
  override readonly code = "SCOPE_NOT_CURRENT";
  override readonly hint =
    "exit scopes in the reverse order of entering them, do not yield inside one, or use the callback form scope.run(fn)";
  /** The scope that was to be exited; absent for one of a `using` declaration. */
  declare readonly scope?: CancelScope;
  /** The scope that is current instead; absent when none is open in the code that tried. */
  declare readonly current?: CancelScope;

  constructor(scope: CancelScope | undefined, current: CancelScope | undefined) {
    super("Attempted to exit a cancel scope that isn't the current task's current cancel scope");
    if (scope !== undefined) this.scope = scope;
    if (current !== undefined) this.current = current;
  }

  static {
    nameOf(ScopeNotCurrentError, "ScopeNotCurrentError");
  }
}
