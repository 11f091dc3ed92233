/**
 * A task on its way into a group: until it says that it is ready it belongs to whoever called `start()`, so that the
 * cancellation of that caller reaches it through the tree, and its failure goes to that caller alone.
 *
 * @module
 */
import { storage } from "../context.ts";
import { TaskNotStartedError, TaskStartedError, TaskWasCancelledError } from "../errors.ts";
import type { TaskStatus } from "../task-status.ts";
import { Frame } from "./frame.ts";
import { guarded, isCancelledHere } from "./guarded.ts";
import { Task, type TaskParent } from "./task.ts";
import { beginShieldedWait, currentFrame, type Waiter } from "./waiter.ts";

/** The group that the task is to join. */
interface Destination extends TaskParent {
  startEnded(): void;
}

export class Starting<S> implements TaskStatus<S>, TaskParent {
  readonly #group: Destination;
  readonly #groupFrame: Frame;
  /** Where the task lives meanwhile: inside the caller's scope. */
  readonly #antechamber: Frame;
  #task!: Task;
  #wait!: Waiter<S>;
  #hasStarted = false;

  constructor(group: Destination, groupFrame: Frame) {
    this.#group = group;
    this.#groupFrame = groupFrame;
    const caller = currentFrame("start()") ?? groupFrame;
    this.#antechamber = new Frame(caller.task, caller, "start()", false);
  }

  begin(fn: (status: TaskStatus<S>) => unknown, name: string | undefined): Task {
    const { task: host } = this.#groupFrame;
    this.#task = new Task(() => fn(this), this, host.runtime, this.#antechamber, name, host.notify);
    this.#wait = beginShieldedWait<S>(`task "${this.#task.info.name}" to start`);
    const caller = storage.getStore();
    if (caller !== undefined) this.#task.locals = caller.locals;
    this.#task.start();
    return this.#task;
  }

  /**
   * What the task said when it was ready. No cancel point of its own: a cancelled task ends, and so does this. A failure
   * that nobody awaits is an unhandled rejection, as no group will tell of it; a cancellation is not.
   */
  ready(onValue: (value: S) => void): Promise<S> {
    const { promise, resolve, reject } = Promise.withResolvers<S>();
    this.#wait.promise.then(
      (value) => {
        onValue(value);
        resolve(value);
      },
      (error: unknown) => {
        if (isCancelledHere(error)) void guarded(promise);
        reject(error);
      },
    );
    return promise;
  }

  started(value: S): void {
    if (this.#hasStarted) throw new TaskStartedError();
    this.#hasStarted = true;
    this.#antechamber.tell("read");
    // A caller that is cancelled has nobody to use the task: it stays, unwinds, and its end is the answer.
    if (this.#antechamber.effective !== undefined) return;
    this.#task.joinGroup(this.#group, this.#groupFrame);
    this.#antechamber.close();
    this.#wait.settle(value);
  }

  taskDone(task: Task): void {
    const cancellation = this.#antechamber.effective;
    this.#antechamber.close();
    if (task.outcome === "failed") this.#wait.fail(task.result);
    else if (cancellation !== undefined) this.#wait.fail(cancellation.error);
    else if (task.outcome === "cancelled") this.#wait.fail(new TaskWasCancelledError(task.info, task.result));
    else this.#wait.fail(new TaskNotStartedError(task.info));
    this.#group.startEnded();
  }
}
