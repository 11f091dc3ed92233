/**
 * What the starter of a task holds: its state, its result, and a way to cancel it alone.
 *
 * @module
 */
import { storage } from "./context.ts";
import { TaskFailedError, TaskNotFinishedError, TaskWasCancelledError } from "./errors.ts";
import { Cancellation } from "./internal/cancellation.ts";
import type { Task, TaskOutcome } from "./internal/task.ts";
import { look, touch } from "./internal/touch.ts";
import { beginWait, rejected } from "./internal/waiter.ts";
import type { TaskInfo } from "./task-info.ts";

/** How a task stands: `cancelling` when its handle was cancelled and it has not ended yet. */
export type HandleStatus = TaskOutcome | "cancelling";

/**
 * A started task. It is a thenable, not a promise: nothing happens to a failure that nobody awaits here, because the
 * task's group throws it.
 *
 * ```ts run
 * import { run, sleepForever, taskGroup } from "@holdfast/concurrency";
 * await run(() =>
 *   taskGroup(async (group) => {
 *     const handle = group.startSoon(() => sleepForever(), { name: "waiter" });
 *     handle.cancel();
 *     await handle.wait();
 *     return handle.status;
 *   }),
 * ); // => "cancelled"
 * ```
 */
export class TaskHandle<T> implements PromiseLike<T> {
  readonly #task: Task;

  /** Made by `startSoon`. */
  constructor(task: Task) {
    this.#task = task;
  }

  get task(): TaskInfo {
    return this.#task.info;
  }

  get name(): string {
    return this.#task.info.name;
  }

  get status(): HandleStatus {
    const { outcome, cancellation } = this.#read();
    return outcome === "pending" && cancellation !== undefined ? "cancelling" : outcome;
  }

  /** Cancels this task alone; its group goes on. Does nothing once it is done. */
  cancel(reason?: unknown): void {
    this.#task.cancel(new Cancellation("explicit", reason, this.#task.info.name, storage.getStore()?.task.info.name));
  }

  /**
   * Suspends until the task is done, however it ended.
   *
   * **Cancellation:** ends the wait, not the task.
   */
  wait(): Promise<void> {
    try {
      const wait = beginWait<void>(`task "${this.#task.info.name}"`);
      if (this.#read().isDone) wait.settle();
      else this.#task.join(wait);
      return wait.promise;
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * Waits for the task and gives its value.
   *
   * @throws {@link TaskFailedError} (its `cause` is the task's error); {@link TaskWasCancelledError}.
   */
  then<A = T, B = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.wait()
      .then(() => this.result())
      .then(onfulfilled, onrejected);
  }

  /**
   * The value of a task that is done, without waiting.
   *
   * @throws {@link TaskNotFinishedError} while it runs; otherwise as awaiting the handle does.
   */
  result(): T {
    const { outcome, result, info } = this.#read();
    if (outcome === "pending") throw new TaskNotFinishedError(info);
    if (outcome === "failed") throw new TaskFailedError(info, result);
    if (outcome === "cancelled") throw new TaskWasCancelledError(info, result);
    return result as T;
  }

  /**
   * What the task threw, without waiting; undefined when it gave a value.
   *
   * @throws {@link TaskNotFinishedError} while it runs; {@link TaskWasCancelledError} when it was cancelled.
   */
  error(): unknown {
    const { outcome, result, info } = this.#read();
    if (outcome === "pending") throw new TaskNotFinishedError(info);
    if (outcome === "cancelled") throw new TaskWasCancelledError(info, result);
    return outcome === "failed" ? result : undefined;
  }

  get [Symbol.toStringTag](): string {
    return `TaskHandle ${JSON.stringify(this.name)} ${this.status}`;
  }

  #read(): Task {
    look(this.#task.info);
    return this.#task;
  }
}

/** The handle of a task that `group.startHandle()` began, with what it says when it is ready. */
export class StartedTask<T, S> extends TaskHandle<T> {
  /**
   * Settles when the task says that it is ready, or ends before.
   *
   * @throws as `group.start()` does.
   */
  readonly started: Promise<S>;
  #startValue: S | undefined;

  /** Made by `startHandle`. */
  constructor(task: Task, started: (onValue: (value: S) => void) => Promise<S>) {
    super(task);
    this.started = started((value) => {
      touch(this);
      this.#startValue = value;
    });
  }

  /** What the task gave to `started()`; undefined before. */
  get startValue(): S | undefined {
    look(this);
    return this.#startValue;
  }
}
