/**
 * One wait: the promise that a task is suspended on, linked into the frame that may cancel it. A wait ends once, with
 * a value or an error; what it gives is decided at that moment, and the runtime chooses when the task goes on.
 *
 * @module
 */
import { accesses, storage } from "../context.ts";
import { TaskFinishedError } from "../errors.ts";
import type { Runtime, Step } from "../runtime.ts";
import { systemRuntime } from "../system-runtime.ts";
import type { TaskInfo } from "../task-info.ts";
import type { Frame } from "./frame.ts";
import type { Task } from "./task.ts";
import type { WaitList } from "./wait-list.ts";

type Outcome = "waiting" | "value" | "error";

export class Waiter<T> implements Step {
  readonly promise: Promise<T>;
  /** Takes the wait out of whatever it waits in; called when the wait is cancelled. Not needed for one in a {@link list}. */
  onCancel: (() => void) | undefined = undefined;
  declare readonly after?: object;
  /** The queue that the wait stands in, and its neighbours there. */
  list: WaitList<T> | undefined = undefined;
  listNext: Waiter<T> | undefined = undefined;
  listPrevious: Waiter<T> | undefined = undefined;
  /** Its neighbours in its frame. */
  next: Waiter<unknown> | undefined = undefined;
  previous: Waiter<unknown> | undefined = undefined;
  readonly #what: string | number;
  readonly #task: Task | undefined;
  readonly #frame: Frame | undefined;
  #outcome: Outcome = "waiting";
  #result: unknown = undefined;
  #resolve!: (value: T) => void;
  #reject!: (error: unknown) => void;

  /**
   * @param what in words for a person; a number is a sleep of so many milliseconds, put into words when somebody asks.
   * @param frame where the wait is cancelled from; undefined for one that must not be.
   */
  constructor(what: string | number, task: Task | undefined, frame: Frame | undefined) {
    this.#what = what;
    this.#task = task;
    this.#frame = frame;
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    frame?.link(this as Waiter<unknown>);
    this.runtime.park?.(this);
  }

  get what(): string {
    return typeof this.#what === "string" ? this.#what : `sleep(${this.#what})`;
  }

  get task(): TaskInfo | undefined {
    return this.#task?.info;
  }

  get runtime(): Runtime {
    return this.#task?.runtime ?? systemRuntime;
  }

  /**
   * Tells the instruments that it has begun. Apart from the constructor, as one of them may cancel it there and then: what
   * it throws then keeps the wait out of the queue that it would never leave.
   */
  announce(): void {
    const task = this.#task;
    task?.notify?.waitBegun(this as Waiter<unknown>, task.info);
    if (this.#outcome === "error") throw this.#result;
  }

  get isWaiting(): boolean {
    return this.#outcome === "waiting";
  }

  /** Whether the wait will be cancelled, or has been. */
  get isCancelled(): boolean {
    return this.#frame?.effective !== undefined;
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
    const cancellation = this.#frame?.effective;
    // A listener of the scope's signal may have raised a shield over the wait, while others were being told.
    if (this.#outcome !== "waiting" || cancellation === undefined) return;
    const { onCancel, list } = this;
    if (accesses.isTold === true && list !== undefined) this.runtime.access?.(list.of, "write");
    this.fail(cancellation.error);
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

  #end(outcome: "value" | "error", result: unknown): boolean {
    // Also when it has ended: that it came too late is what another order would change.
    if (accesses.isTold === true) this.#tell();
    if (this.#outcome !== "waiting") return false;
    this.#outcome = outcome;
    this.#result = result;
    this.#frame?.unlink(this as Waiter<unknown>);
    this.list?.delete(this);
    this.onCancel = undefined;
    this.#task?.notify?.waitEnded(this as Waiter<unknown>, outcome);
    this.runtime.wake(this);
    return true;
  }

  #tell(): void {
    const { runtime } = this;
    runtime.access?.(this, "write");
    // A cancellation would have been quicker, or comes too late.
    this.#frame?.look();
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
  if (accesses.isTold === true) frame.look();
  if (frame.task.isDone) throw new TaskFinishedError(attempted, frame.task.info);
  return frame.top;
}

/**
 * Throws what a wait would throw at once, and otherwise gives the innermost open scope of the running code; undefined
 * outside every task. Stands at the head of every wait, also of those that may have nothing to wait for.
 *
 * @throws CancelledError, TaskFinishedError
 */
export function cancelPoint(what: string): Frame | undefined {
  const frame = currentFrame(what);
  if (frame?.effective !== undefined) throw frame.effective.error;
  return frame;
}

/**
 * Begins a wait of the current code. Every wait is a cancel point, so it throws at once in a cancelled scope.
 *
 * @throws CancelledError, TaskFinishedError
 */
export function beginWait<T>(what: string): Waiter<T> {
  const frame = cancelPoint(what);
  const wait = new Waiter<T>(what, frame?.task, frame);
  if (frame?.task.notify !== undefined) wait.announce();
  return wait;
}

/**
 * Begins a wait that no cancellation ends: for joins and clean-up, whose end the library itself sees to.
 *
 * @param after what its end is counted on, see {@link Step.after}.
 */
export function beginShieldedWait<T>(what: string, after?: object): Waiter<T> {
  const wait = new Waiter<T>(what, storage.getStore()?.task, undefined);
  if (after !== undefined) (wait as { after?: object }).after = after;
  wait.announce();
  return wait;
}

/** A rejected promise that nobody has to handle, as the waits themselves are: how a wait is refused. */
export function rejected(reason: unknown): Promise<never> {
  let reject!: (reason: unknown) => void;
  const promise = new Promise<never>((_resolve, onError) => {
    reject = onError;
  });
  // Before it is rejected: who handles a rejection too late for the engine has its host told twice.
  promise.then(undefined, ignore);
  const turn = currentRuntime().owedTurn?.();
  if (turn === undefined) reject(reason);
  else void turn.then(() => reject(reason));
  return promise;
}

function ignore(): void {}
