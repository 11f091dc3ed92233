/**
 * Root tasks: where structured code begins, and how code finds out which task it is.
 *
 * @module
 */
import { roots, storage } from "./context.ts";
import { NoTaskError } from "./errors.ts";
import type { Instrument } from "./instrument.ts";
import { checkSignal, onAbort } from "./internal/abort-listeners.ts";
import { Cancellation } from "./internal/cancellation.ts";
import { checkFunction } from "./internal/check-function.ts";
import { guarded } from "./internal/guarded.ts";
import { Notifier } from "./internal/notifier.ts";
import { Task } from "./internal/task.ts";
import { currentRuntime } from "./internal/waiter.ts";
import type { Runtime } from "./runtime.ts";
import type { TaskInfo } from "./task-info.ts";

/** Options of {@link run}. */
export interface RunOptions {
  /** Cancels the root task when it aborts. */
  readonly signal?: AbortSignal;
  /** For errors and pictures; the function's name when absent. */
  readonly name?: string;
  /** What drives the task and all below it; that of the current task when absent, else the system's. */
  readonly runtime?: Runtime;
  /** Watchers of the task and all below it. */
  readonly instruments?: readonly Instrument[];
}

/**
 * Runs a function as a root task and gives what it gives.
 *
 * A server wraps each request in it. The task is a root even when `run` is called inside another task: it inherits
 * that task's runtime and nothing else, so inside a task you more often want a task group.
 *
 * **Cancellation:** `options.signal` cancels the task, and `run` rejects with a {@link CancelledError} once the task
 * has unwound. What the task had not awaited is cancelled when it ends.
 *
 * @throws what the function throws, unchanged.
 *
 * ```ts run
 * import { run, sleep } from "@holdfast/concurrency";
 * await run(async () => {
 *   await sleep(1);
 *   return "done";
 * }); // => "done"
 * ```
 */
export function run<T>(fn: () => PromiseLike<T> | T, options: RunOptions = {}): Promise<T> {
  const { signal, name, runtime = currentRuntime(), instruments = [] } = options;
  const notify = instruments.length === 0 ? undefined : new Notifier(instruments);
  let forget: (() => void) | undefined;
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  // Not by way of withResolvers(), which takes ten times as long.
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  try {
    // Before there is a task, which would never begin.
    checkFunction("run()", fn);
    if (signal !== undefined) checkSignal(signal);
    const task = new Task(fn, { taskDone: settle }, runtime, undefined, name, notify);
    const cancel = (): void => task.cancel(new Cancellation("signal", signal?.reason, name));
    if (signal?.aborted === true) cancel();
    else if (signal !== undefined) forget = onAbort(signal, cancel);
    runtime.adopt?.(task.info, (error) => {
      forget?.();
      roots.delete(task);
      reject(error);
    });
    task.start();
  } catch (error) {
    reject(error);
  }
  return promise;

  function settle(done: Task): void {
    forget?.();
    runtime.release?.(done.info);
    if (done.outcome === "finished") resolve(done.result as T);
    else reject(done.result);
    // What was cancelled and is awaited by nobody is no failure.
    if (done.outcome === "cancelled") void guarded(promise);
  }
}

/**
 * The task that the calling code runs in.
 *
 * @throws {@link NoTaskError} outside every task.
 */
export function currentTask(): TaskInfo {
  const frame = storage.getStore();
  if (frame === undefined) throw new NoTaskError("currentTask()");
  return frame.task.info;
}

/**
 * The tasks of the current task's runtime that have not ended, in the order of their ids; the system's outside every task.
 */
export function runningTasks(): TaskInfo[] {
  const runtime = currentRuntime();
  // Hardly anybody asks, so that no start and no end of a task is told for the sake of it.
  runtime.accessAll?.();
  return [...roots]
    .flatMap((root) => root.tasks())
    .filter((task) => task.runtime === runtime)
    .map((task) => task.info)
    .toSorted((left, right) => left.id - right.id);
}

/** The clock of the current task's runtime, in milliseconds; the system's outside every task. Monotonic. */
export function currentTime(): number {
  return currentRuntime().now();
}
