/**
 * One wait: the promise that a task is suspended on, linked into the frame that may cancel it. A wait ends once, with
 * a value or an error; what it gives is decided at that moment, and the runtime chooses when the task goes on.
 *
 * @module
 */
import { storage } from "../context.ts";
import { TaskFinishedError } from "../errors.ts";
import type { Runtime, Step } from "../runtime.ts";
import { systemRuntime } from "../system-runtime.ts";
import type { TaskInfo } from "../task-info.ts";
import type { Frame } from "./frame.ts";
import type { Task } from "./task.ts";

type Outcome = "waiting" | "value" | "error";

export class Waiter<T> implements Step {
  readonly promise: Promise<T>;
  readonly runtime: Runtime;
  readonly what: string;
  /** Takes the wait out of the queue of the primitive it waits in; called when the wait is cancelled. */
  onCancel: (() => void) | undefined;
  next: Waiter<unknown> | undefined;
  previous: Waiter<unknown> | undefined;
  readonly #task: Task | undefined;
  readonly #frame: Frame | undefined;
  #outcome: Outcome = "waiting";
  #result: unknown;
  #resolve!: (value: T) => void;
  #reject!: (error: unknown) => void;

  /** @param frame where the wait is cancelled from; undefined for one that must not be. */
  constructor(what: string, task: Task | undefined, frame: Frame | undefined) {
    this.what = what;
    this.runtime = task?.runtime ?? systemRuntime;
    this.#task = task;
    this.#frame = frame;
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    frame?.link(this as Waiter<unknown>);
    this.runtime.park?.(this);
  }

  get task(): TaskInfo | undefined {
    return this.#task?.info;
  }

  /** Ends the wait with a value; false when it has ended already. */
  settle(value: T): boolean {
    return this.#end("value", value);
  }

  /** Ends the wait with an error; false when it has ended already. */
  fail(error: unknown): boolean {
    return this.#end("error", error);
  }

  /** Called by the frame when a cancellation reaches it. */
  cancel(): void {
    if (this.#outcome !== "waiting") return;
    const { onCancel } = this;
    this.fail((this.#frame as Frame).effective?.error);
    onCancel?.();
  }

  fire(): void {
    if (this.#outcome === "value") {
      this.#resolve(this.#result as T);
      return;
    }
    // Two waits of which only the first is awaited when both are cancelled must not end the process.
    this.promise.then(undefined, ignore);
    this.#reject(this.#result);
  }

  #end(outcome: Outcome, result: unknown): boolean {
    if (this.#outcome !== "waiting") return false;
    this.#outcome = outcome;
    this.#result = result;
    this.#frame?.unlink(this as Waiter<unknown>);
    this.onCancel = undefined;
    this.runtime.wake(this);
    return true;
  }
}

/** The runtime of the current task, or the system's outside every task. */
export function currentRuntime(): Runtime {
  return storage.getStore()?.task.runtime ?? systemRuntime;
}

/**
 * The innermost open scope of the running code, for whoever is about to wait or to open another.
 *
 * @throws {@link TaskFinishedError} when the code has outlived its task.
 */
export function currentFrame(attempted: string): Frame | undefined {
  const frame = storage.getStore();
  if (frame === undefined) return undefined;
  if (frame.task.isDone) throw new TaskFinishedError(attempted, frame.task.info);
  return frame.top;
}

/**
 * Begins a wait of the current code. Every wait is a cancel point, so it throws at once in a cancelled scope.
 *
 * @throws CancelledError, TaskFinishedError
 */
export function beginWait<T>(what: string): Waiter<T> {
  const frame = currentFrame(what);
  if (frame?.effective !== undefined) throw frame.effective.error;
  return new Waiter<T>(what, frame?.task, frame);
}

/** Begins a wait that no cancellation ends: for joins and clean-up, whose end the library itself sees to. */
export function beginShieldedWait<T>(what: string): Waiter<T> {
  return new Waiter<T>(what, storage.getStore()?.task, undefined);
}

/** A rejected promise that nobody has to handle, as the waits themselves are. */
export function rejected(reason: unknown): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  reject(reason);
  promise.then(undefined, ignore);
  return promise;
}

function ignore(): void {}
