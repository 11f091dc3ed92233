/**
 * A task: a piece of work with an identity, an outcome, and a base frame of its own. Task, base scope and store are
 * one object, because spawning is the hottest path of the library.
 *
 * @module
 */
import { storage } from "../context.ts";
import { isOnlyCancelled, leafErrors, withoutCancelled } from "../exception-group.ts";
import type { Runtime } from "../runtime.ts";
import type { TaskInfo } from "../task-info.ts";
import { Frame } from "./frame.ts";
import type { Notifier } from "./notifier.ts";
import type { Waiter } from "./waiter.ts";

export type TaskOutcome = "pending" | "finished" | "failed" | "cancelled";

/** Told once, when the task is done. */
export interface TaskParent {
  taskDone(task: Task): void;
}

export class Task extends Frame {
  readonly id: number;
  readonly runtime: Runtime;
  readonly notify: Notifier | undefined;
  outcome: TaskOutcome = "pending";
  /** The value of a finished task, the error of a failed one, the CancelledError of a cancelled one. */
  result: unknown = undefined;
  readonly #keeper: TaskParent;
  readonly #label: string;
  #fn: (() => unknown) | undefined;
  #info: TaskInfo | undefined;
  #joins: Set<Waiter<void>> | undefined;
  #ends: Set<() => void> | undefined;

  constructor(
    fn: () => unknown,
    keeper: TaskParent,
    runtime: Runtime,
    parent: Frame | undefined,
    name: string | undefined,
    notify: Notifier | undefined,
  ) {
    super(undefined, parent, name, false);
    this.id = runtime.nextTaskId();
    this.runtime = runtime;
    this.notify = notify;
    this.#keeper = keeper;
    this.#label = name ?? fn.name;
    this.#fn = fn;
    notify?.taskSpawned(this.info);
  }

  /** What others see of the task; made when it is first asked for. */
  get info(): TaskInfo {
    return (this.#info ??= new Info(this, this.#label, this.parent?.task.id));
  }

  get isDone(): boolean {
    return this.outcome !== "pending";
  }

  /** Lets the runtime begin it, in a later turn. */
  start(): void {
    this.runtime.start(this.info, () => storage.run(this, begin, this));
  }

  /** Ends the wait when the task is done. */
  join(wait: Waiter<void>): void {
    const joins = (this.#joins ??= new Set());
    joins.add(wait);
    wait.onCancel = () => joins.delete(wait);
  }

  /** Calls back when the task is done, after its frame has closed: for what must not be held by a task that has ended. */
  onDone(then: () => void): () => void {
    const ends = (this.#ends ??= new Set());
    ends.add(then);
    return () => void ends.delete(then);
  }

  /** Takes the function, so that what it holds on to is not kept for as long as somebody keeps the task. */
  takeFunction(): () => unknown {
    const fn = this.#fn as () => unknown;
    this.#fn = undefined;
    return fn;
  }

  finish(value: unknown): void {
    this.#end("finished", value);
  }

  fail(thrown: unknown): void {
    // A cancellation that nothing around the task asked for is an error like any other.
    const counts = (leaf: unknown): boolean => this.accountsFor(leaf);
    if (isOnlyCancelled(thrown, counts)) this.#end("cancelled", leafErrors(thrown)[0]);
    else this.#end("failed", withoutCancelled(thrown, counts));
  }

  #end(outcome: Exclude<TaskOutcome, "pending">, result: unknown): void {
    if (this.isDone) return;
    this.outcome = outcome;
    this.result = result;
    this.close();
    this.notify?.taskFinished(this.info, outcome, result);
    if (this.#ends !== undefined) for (const then of this.#ends) then();
    // Before the keeper, who may cancel those who wait here: they get what they waited for.
    if (this.#joins !== undefined) {
      for (const wait of this.#joins) wait.settle();
      this.#joins = undefined;
    }
    this.#keeper.taskDone(this);
  }
}

/** A small object of its own, because it is kept, printed and compared by those who watch. */
class Info implements TaskInfo {
  readonly id: number;
  readonly name: string;
  declare readonly parentId?: number;
  readonly #task: Task;

  constructor(task: Task, label: string, parentId: number | undefined) {
    this.#task = task;
    this.id = task.id;
    this.name = label === "" ? `task-${task.id}` : label;
    if (parentId !== undefined) this.parentId = parentId;
  }

  hasPendingCancellation(): boolean {
    if (this.#task.isDone) return false;
    const here = storage.getStore();
    const frame = here?.task === this.#task ? here.top : this.#task;
    return frame.effective !== undefined;
  }
}

function begin(task: Task): void {
  try {
    const returned = task.takeFunction()();
    const isObject = (typeof returned === "object" && returned !== null) || typeof returned === "function";
    if (isObject) settleWith(task, returned);
    else task.finish(returned);
  } catch (error) {
    task.fail(error);
  }
}

/** Through a promise, because a thenable of others may settle twice, or throw. */
function settleWith(task: Task, returned: unknown): void {
  Promise.resolve(returned).then(
    (value) => task.finish(value),
    (error) => task.fail(error),
  );
}
