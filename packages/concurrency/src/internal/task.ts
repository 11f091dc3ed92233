/**
 * A task: a piece of work with an identity, an outcome, and a base frame of its own. Task, base scope and store are
 * one object, because spawning is the hottest path of the library.
 *
 * @module
 */
import { storage } from "../context.ts";
import { isCancelled } from "../errors.ts";
import { withoutCancelled } from "../exception-group.ts";
import type { Runtime } from "../runtime.ts";
import type { TaskInfo } from "../task-info.ts";
import { Frame } from "./frame.ts";
import type { Notifier } from "./notifier.ts";

export type TaskOutcome = "pending" | "finished" | "failed" | "cancelled";

/** Told once, when the task is done. */
export interface TaskParent {
  taskDone(task: Task): void;
}

export class Task extends Frame {
  readonly runtime: Runtime;
  readonly notify: Notifier | undefined;
  readonly info: TaskInfo;
  outcome: TaskOutcome = "pending";
  /** The value of a finished task, the error of a failed one, the CancelledError of a cancelled one. */
  result: unknown;
  readonly #fn: () => unknown;
  readonly #owner: TaskParent;

  constructor(
    fn: () => unknown,
    owner: TaskParent,
    runtime: Runtime,
    parent: Frame | undefined,
    name: string | undefined,
    notify: Notifier | undefined,
  ) {
    super(undefined, parent, name, false);
    this.task = this;
    this.#fn = fn;
    this.#owner = owner;
    this.runtime = runtime;
    this.notify = notify;
    this.info = new Info(this, runtime.nextTaskId(), name ?? fn.name, parent?.task.info.id);
    notify?.taskSpawned(this.info);
  }

  get isDone(): boolean {
    return this.outcome !== "pending";
  }

  /** Lets the runtime begin it, in a later turn. */
  start(): void {
    this.runtime.start(this.info, () => storage.run(this, this.#begin));
  }

  readonly #begin = (): void => {
    try {
      const returned = this.#fn();
      if (isThenable(returned)) returned.then(this.#finish, this.#fail);
      else this.#finish(returned);
    } catch (error) {
      this.#fail(error);
    }
  };

  readonly #finish = (value: unknown): void => {
    this.#end("finished", value);
  };

  readonly #fail = (thrown: unknown): void => {
    // A cancellation that nothing around the task asked for is an error like any other.
    const error = this.effective === undefined ? thrown : withoutCancelled(thrown);
    if (error === undefined) this.#end("cancelled", isCancelled(thrown) ? thrown : this.effective?.error);
    else this.#end("failed", error);
  };

  #end(outcome: Exclude<TaskOutcome, "pending">, result: unknown): void {
    this.outcome = outcome;
    this.result = result;
    this.close();
    this.notify?.taskFinished(this.info, outcome, result);
    this.#owner.taskDone(this);
  }
}

class Info implements TaskInfo {
  readonly id: number;
  readonly name: string;
  declare readonly parentId?: number;
  readonly #task: Task;

  constructor(task: Task, id: number, name: string, parentId: number | undefined) {
    this.#task = task;
    this.id = id;
    this.name = name === "" ? `task-${id}` : name;
    if (parentId !== undefined) this.parentId = parentId;
  }

  hasPendingCancellation(): boolean {
    return !this.#task.isDone && this.#task.effective !== undefined;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
