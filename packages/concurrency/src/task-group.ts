/**
 * Task groups: children that cannot outlive the block that started them.
 *
 * @module
 */
import { CancelScope, type Ending, runEnding } from "./cancel-scope.ts";
import { storage } from "./context.ts";
import { run } from "./run.ts";
import { TaskGroupClosedError } from "./errors.ts";
import {
  cancellationOf,
  ExceptionGroup,
  isOnlyCancelled,
  withoutCancelled,
  withoutRepeats,
} from "./exception-group.ts";
import { Cancellation } from "./internal/cancellation.ts";
import { checkFunction } from "./internal/check-function.ts";
import type { Frame } from "./internal/frame.ts";
import { Starting } from "./internal/starting.ts";
import { Task, type TaskParent } from "./internal/task.ts";
import { look, made, touch } from "./internal/touch.ts";
import { beginShieldedWait, type Waiter } from "./internal/waiter.ts";
import { cancelShieldedCheckpoint } from "./sleep.ts";
import { StartedTask, TaskHandle } from "./task-handle.ts";
import type { TaskStatus } from "./task-status.ts";

/** Options of {@link taskGroup}. */
export interface TaskGroupOptions {
  readonly name?: string;
}

/** Options of `startSoon` and `start`. */
export interface StartOptions {
  /** For errors and pictures; the function's name when absent. */
  readonly name?: string;
}

/** An open group, as its body sees it. */
export interface TaskGroup {
  /** The scope that the body and all tasks of the group run in. */
  readonly scope: CancelScope;
  /**
   * Starts a task in the group, soon: in a later turn, in the order of the calls. Any task may call it while the group
   * is open. The task inherits the group's scope, not the scope of the caller.
   *
   * @throws {@link TaskGroupClosedError} once the group's tasks have been joined.
   */
  startSoon<T>(fn: () => PromiseLike<T> | T, options?: StartOptions): TaskHandle<T>;
  /**
   * Starts a task and waits until it says that it is ready, by `status.started(value)`; gives that value. Until then the
   * task belongs to the caller: a cancellation of the caller reaches it and one of the group does not, and what it throws is
   * thrown here and leaves the group alone. From then on it is a task of the group like any other. The group waits for it
   * from the call on.
   *
   * **Cancellation:** cancels the task and waits for its end.
   *
   * @throws what the task throws before it is ready; {@link TaskNotStartedError} when it ends without having said so, and
   * {@link TaskWasCancelledError} when it alone is cancelled;
   * {@link TaskGroupClosedError} once the group's tasks have been joined.
   */
  start<S = void>(fn: (status: TaskStatus<S>) => unknown, options?: StartOptions): Promise<S>;
  /**
   * As `start`, and gives the task's handle at once. Its `started` is what `start` would give: await it before anything
   * else of the task.
   *
   * @throws {@link TaskGroupClosedError} once the group's tasks have been joined.
   */
  startHandle<T, S = void>(
    fn: (status: TaskStatus<S>) => PromiseLike<T> | T,
    options?: StartOptions,
  ): StartedTask<T, S>;
  /** Cancels the body and all tasks of the group. The group then ends without an error of its own. */
  cancel(reason?: unknown): void;
}

/**
 * Opens a group, runs the body, waits for every task of the group, and gives the body's value.
 *
 * The first failure, of the body or of a task, cancels all the others; they are joined, and everything that failed is
 * thrown together. A group without tasks still yields once. Outside a task it starts a root task for the purpose.
 *
 * **Cancellation:** reaches the body and every task; the group ends when all of them have. When `group.cancel()` cuts
 * the body short there is no value, and the result is undefined.
 *
 * @throws {@link ExceptionGroup} with every failure, also when there is just one.
 *
 * ```ts run
 * import { sleep, taskGroup } from "@holdfast/concurrency";
 * await taskGroup(async (group) => {
 *   const left = group.startSoon(() => sleep(2).then(() => 1));
 *   const right = group.startSoon(async () => 2);
 *   return (await left) + (await right);
 * }); // => 3
 * ```
 */
export function taskGroup<T>(fn: (group: TaskGroup) => PromiseLike<T> | T, options: TaskGroupOptions = {}): Promise<T> {
  const { name } = options;
  try {
    checkFunction("taskGroup()", fn);
    if (storage.getStore() === undefined) return run(() => taskGroup(fn, options));
    const scope = new CancelScope(name === undefined ? {} : { name });
    const begin = (ending: Ending<T>): void => void new Group(scope, storage.getStore() as Frame).supervise(fn, ending);
    return runEnding(scope, begin) as Promise<T>;
  } catch (error) {
    return Promise.reject(error);
  }
}

class Group implements TaskGroup, TaskParent {
  readonly scope: CancelScope;
  readonly #frame: Frame;
  #errors: unknown[] = [];
  #unfinished = 0;
  #closed = false;
  #join: Waiter<void> | undefined;

  constructor(scope: CancelScope, frame: Frame) {
    made(this);
    this.scope = scope;
    this.#frame = frame;
  }

  startSoon<T>(fn: () => PromiseLike<T> | T, options?: StartOptions): TaskHandle<T> {
    this.#checkCanStart("startSoon()", fn);
    const { task: host } = this.#frame;
    const task = new Task(fn, this, host.runtime, this.#frame, options?.name, host.notify);
    const caller = storage.getStore();
    // As the async context does, the variables come from where the task was asked for, not from where the group is.
    if (caller !== undefined) task.locals = caller.locals;
    this.#unfinished += 1;
    task.start();
    return new TaskHandle<T>(task);
  }

  start<S>(fn: (status: TaskStatus<S>) => unknown, options?: StartOptions): Promise<S> {
    try {
      return this.startHandle<unknown, S>(fn, options, "start()").started;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  startHandle<T, S>(
    fn: (status: TaskStatus<S>) => PromiseLike<T> | T,
    options?: StartOptions,
    attempted = "startHandle()",
  ): StartedTask<T, S> {
    this.#checkCanStart(attempted, fn);
    const starting = new Starting<S>(this, this.#frame);
    this.#unfinished += 1;
    const task = starting.begin(fn, options?.name ?? (fn.name === "" ? undefined : fn.name));
    return new StartedTask<T, S>(task, (onValue) => starting.ready(onValue));
  }

  cancel(reason?: unknown): void {
    this.scope.cancel(reason);
  }

  /** Runs the body and joins the tasks. What that fails with is handed on and not thrown, which takes half as long. */
  async supervise<T>(fn: (group: TaskGroup) => PromiseLike<T> | T, { ended, failed }: Ending<T>): Promise<void> {
    try {
      let value: T | undefined;
      let cancelled: unknown;
      try {
        value = await fn(this);
      } catch (thrown) {
        // A cancellation that nothing around the body asked for is an error like any other.
        const counts = (leaf: unknown): boolean => this.#frame.accountsFor(leaf);
        if (isOnlyCancelled(thrown, counts)) cancelled = cancellationOf(thrown);
        else this.#bodyFailed(withoutCancelled(thrown, counts));
      }
      touch(this);
      if (this.#unfinished === 0) await cancelShieldedCheckpoint();
      let hasTasks = false;
      touch(this);
      // Again, because others may start a task while the body is on its way here from the last wait.
      while (this.#unfinished > 0) {
        hasTasks = true;
        this.#join = beginShieldedWait<void>(this.#what(), this);
        await this.#join.promise;
        touch(this);
      }
      this.#closed = true;
      // A join is no cancel point of its own, so a cancellation from outside that came while it waited is told here.
      if (hasTasks) this.#frame.tell("read");
      if (hasTasks && this.#frame.isParentCancelled) cancelled ??= this.#frame.effective?.error;
      const errors = withoutRepeats(this.#errors);
      this.#errors = [];
      if (errors.length > 0) failed(new ExceptionGroup(errors));
      else if (cancelled !== undefined) failed(this.#frame.leaving(cancelled));
      else ended(value as T);
    } catch (error) {
      failed(error);
    }
  }

  taskDone(task: Task): void {
    if (task.outcome === "failed") {
      touch(this);
      this.#errors.push(task.result);
      this.#cancelAll(task.result, task.info.name);
    }
    this.startEnded();
  }

  /** One task fewer to wait for: it has ended, or it never became one of the group. */
  startEnded(): void {
    // Ends commute with each other: the group goes on after the last, whichever that is.
    look(this);
    this.#unfinished -= 1;
    if (this.#unfinished === 0) this.#join?.settle();
  }

  #checkCanStart(attempted: string, fn: unknown): void {
    checkFunction(attempted, fn);
    touch(this);
    if (this.#closed) throw new TaskGroupClosedError(this.scope.name, attempted);
  }

  #what(): string {
    return this.scope.name === undefined ? "the tasks of a group" : `the tasks of group "${this.scope.name}"`;
  }

  #bodyFailed(error: unknown): void {
    this.#errors.unshift(error);
    this.#cancelAll(error, this.#frame.task.info.name);
  }

  #cancelAll(error: unknown, by: string): void {
    this.#frame.cancel(new Cancellation("failure", error, this.scope.name, by));
  }
}
