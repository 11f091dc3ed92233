/**
 * A task: a piece of work with an identity, an outcome, and a base frame of its own. Task, base scope and store are
 * one object, because spawning is the hottest path of the library.
 *
 * @module
 */
import { accesses, enterContext, roots, storage } from "../context.ts";
import { cancellationOf, isOnlyCancelled, withoutCancelled } from "../exception-group.ts";
import type { Runtime, Startable } from "../runtime.ts";
import type { TaskInfo } from "../task-info.ts";
import type { EndWatch } from "./end-watch.ts";
import { Frame } from "./frame.ts";
import type { Notifier } from "./notifier.ts";
import { look } from "./touch.ts";
import { WaitList } from "./wait-list.ts";
import type { Waiter } from "./waiter.ts";

export type TaskOutcome = "pending" | "finished" | "failed" | "cancelled";

/** Told once, when the task is done. */
export interface TaskParent {
  taskDone(task: Task): void;
}

export class Task extends Frame implements Startable {
  readonly id: number;
  readonly runtime: Runtime;
  readonly notify: Notifier | undefined;
  outcome: TaskOutcome = "pending";
  /** The value of a finished task, the error of a failed one, the CancelledError of a cancelled one. */
  result: unknown = undefined;
  /** Who is told; another one once a task that `start()` made has said that it is ready. */
  keeper: TaskParent;
  #fn: (() => unknown) | undefined;
  #info: Info | undefined = undefined;
  #joins: WaitList<void> | undefined = undefined;
  /** Those who are told when it is done: of what must not be held by a task that has ended. */
  firstEndWatch: EndWatch | undefined = undefined;

  constructor(
    fn: () => unknown,
    keeper: TaskParent,
    runtime: Runtime,
    parent: Frame | undefined,
    name: string | undefined,
    notify: Notifier | undefined,
  ) {
    super(undefined, parent, name ?? (fn.name === "" ? undefined : fn.name), false);
    this.id = runtime.nextTaskId();
    this.runtime = runtime;
    this.notify = notify;
    this.keeper = keeper;
    this.#fn = fn;
    if (runtime.access !== undefined) accesses.isTold = true;
    if (parent === undefined) roots.add(this);
    notify?.taskSpawned(this.info);
  }

  /** What others see of the task; made when it is first asked for. */
  get info(): TaskInfo {
    return (this.#info ??= new Info(this));
  }

  get isDone(): boolean {
    return this.outcome !== "pending";
  }

  /** Lets the runtime begin it, in a later turn. */
  start(): void {
    this.runtime.start(this);
  }

  /** Called by the runtime, in a turn of its own; what it does to the async context ends with that turn. */
  begin(): void {
    // What the function holds on to is not kept for as long as somebody keeps the task.
    const fn = this.#fn as () => unknown;
    this.#fn = undefined;
    enterContext(this);
    try {
      const returned = fn();
      const isObject = (typeof returned === "object" && returned !== null) || typeof returned === "function";
      // Through a promise, because a thenable of others may settle twice, or throw. The reactions are the same for every
      // task: they find theirs in the context that they were made in.
      if (isObject) Promise.resolve(returned).then(finishCurrent, failCurrent);
      else this.finish(returned);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Hands the task over to a group, in whose scope it goes on: how `start()` ends. */
  joinGroup(keeper: TaskParent, frame: Frame): void {
    this.keeper = keeper;
    this.moveTo(frame);
    if (this.#info !== undefined) this.#info.parentId = frame.task.id;
  }

  /** Ends the wait when the task is done. */
  join(wait: Waiter<void>): void {
    (this.#joins ??= new WaitList(this.info)).add(wait);
  }

  finish(value: unknown): void {
    this.#end("finished", value);
  }

  fail(thrown: unknown): void {
    // A cancellation that nothing around the task asked for is an error like any other.
    const counts = (leaf: unknown): boolean => this.accountsFor(leaf);
    // The one in force may have overtaken another on its way out, and is why the task ends.
    if (isOnlyCancelled(thrown, counts)) this.#end("cancelled", this.effective?.error ?? cancellationOf(thrown));
    else this.#end("failed", withoutCancelled(thrown, counts));
  }

  #end(outcome: Exclude<TaskOutcome, "pending">, result: unknown): void {
    if (this.isDone) return;
    this.outcome = outcome;
    this.result = result;
    this.close();
    if (this.parent === undefined) roots.delete(this);
    this.notify?.taskFinished(this.info, outcome, result);
    for (let watch = this.firstEndWatch; watch !== undefined; watch = this.firstEndWatch) watch.ended(this);
    // Before the keeper, who may cancel those who wait here: they get what they waited for.
    const joins = this.#joins;
    if (joins !== undefined) for (let wait = joins.shift(); wait !== undefined; wait = joins.shift()) wait.settle();
    this.keeper.taskDone(this);
  }
}

/** A small object of its own, because it is kept, printed and compared by those who watch. */
class Info implements TaskInfo {
  readonly id: number;
  readonly name: string;
  declare parentId?: number;
  readonly #task: Task;

  constructor(task: Task) {
    this.#task = task;
    this.id = task.id;
    this.name = task.name ?? `task-${task.id}`;
    if (task.parent !== undefined) this.parentId = task.parent.task.id;
  }

  hasPendingCancellation(): boolean {
    look(this);
    if (this.#task.isDone) return false;
    const here = storage.getStore();
    const frame = here?.task === this.#task ? here.top : this.#task;
    return frame.effective !== undefined;
  }
}

function finishCurrent(value: unknown): void {
  (storage.getStore() as Frame).task.finish(value);
}

function failCurrent(error: unknown): void {
  (storage.getStore() as Frame).task.fail(error);
}
