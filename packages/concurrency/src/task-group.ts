/**
 * Task groups: children that cannot outlive the block that started them.
 *
 * @module
 */
import { CancelScope } from "./cancel-scope.ts";
import { storage } from "./context.ts";
import { type CancelledError, TaskGroupClosedError } from "./errors.ts";
import { ExceptionGroup, isOnlyCancelled, leafErrors, withoutCancelled, withoutRepeats } from "./exception-group.ts";
import { Cancellation } from "./internal/cancellation.ts";
import type { Frame } from "./internal/frame.ts";
import { Task, type TaskParent } from "./internal/task.ts";
import { beginShieldedWait, type Waiter } from "./internal/waiter.ts";
import { cancelShieldedCheckpoint } from "./sleep.ts";
import { TaskHandle } from "./task-handle.ts";

/** Options of {@link taskGroup}. */
export interface TaskGroupOptions {
  readonly name?: string;
}

/** Options of `startSoon`. */
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
  const scope = new CancelScope(name === undefined ? {} : { name });
  return scope.run(() => new Group(scope, storage.getStore() as Frame).supervise(fn)) as Promise<T>;
}

class Group implements TaskGroup, TaskParent {
  readonly scope: CancelScope;
  readonly #frame: Frame;
  #errors: unknown[] = [];
  #unfinished = 0;
  #closed = false;
  #join: Waiter<void> | undefined;

  constructor(scope: CancelScope, frame: Frame) {
    this.scope = scope;
    this.#frame = frame;
  }

  startSoon<T>(fn: () => PromiseLike<T> | T, { name }: StartOptions = {}): TaskHandle<T> {
    if (typeof fn !== "function") {
      throw new TypeError(`startSoon() takes an async function, and ${typeof fn} is not one`);
    }
    if (this.#closed) throw new TaskGroupClosedError(this.scope.name);
    const { task: host } = this.#frame;
    const task = new Task(fn, this, host.runtime, this.#frame, name, host.notify);
    this.#unfinished += 1;
    task.start();
    return new TaskHandle<T>(task);
  }

  cancel(reason?: unknown): void {
    this.scope.cancel(reason);
  }

  async supervise<T>(fn: (group: TaskGroup) => PromiseLike<T> | T): Promise<T> {
    let value: T | undefined;
    let cancelled: CancelledError | undefined;
    try {
      value = await fn(this);
    } catch (thrown) {
      // A cancellation that nothing around the body asked for is an error like any other.
      const counts = (leaf: unknown): boolean => this.#frame.accountsFor(leaf);
      if (isOnlyCancelled(thrown, counts)) cancelled = leafErrors(thrown)[0] as CancelledError;
      else this.#bodyFailed(withoutCancelled(thrown, counts));
    }
    const hasTasks = this.#unfinished > 0;
    if (!hasTasks) await cancelShieldedCheckpoint();
    // Again, because others may start a task while the body is on its way here from the last wait.
    while (this.#unfinished > 0) {
      this.#join = beginShieldedWait<void>("the tasks of a group");
      await this.#join.promise;
    }
    this.#closed = true;
    // A join is no cancel point of its own, so a cancellation from outside that came while it waited is told here.
    if (hasTasks && this.#frame.isParentCancelled) cancelled ??= this.#frame.effective?.error;
    const errors = withoutRepeats(this.#errors);
    this.#errors = [];
    if (errors.length > 0) throw new ExceptionGroup(errors);
    if (cancelled !== undefined) throw cancelled;
    return value as T;
  }

  taskDone(task: Task): void {
    this.#unfinished -= 1;
    if (task.outcome === "failed") {
      this.#errors.push(task.result);
      this.#cancelAll(task.result);
    }
    if (this.#unfinished === 0) this.#join?.settle();
  }

  #bodyFailed(error: unknown): void {
    this.#errors.unshift(error);
    this.#cancelAll(error);
  }

  #cancelAll(error: unknown): void {
    this.#frame.cancel(new Cancellation("failure", error, this.scope.name));
  }
}
