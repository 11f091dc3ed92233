/**
 * Who is told when a task is done. Linked through itself into the list of the task, as a contended lock passes from task
 * to task all the time and takes its watch along.
 *
 * @module
 */
import type { Task } from "./task.ts";

/** Watches one task at a time. */
export class EndWatch {
  #task: Task | undefined = undefined;
  readonly #then: (task: Task) => void;
  /** Its neighbours in the list of the task. Not private: the list may hold watches of another copy of the package. */
  next: EndWatch | undefined = undefined;
  previous: EndWatch | undefined = undefined;

  constructor(then: (task: Task) => void) {
    this.#then = then;
  }

  get isWatching(): boolean {
    return this.#task !== undefined;
  }

  /** Begins to watch a task that has not ended; one that watches already must have stopped. */
  start(task: Task): void {
    const next = task.firstEndWatch;
    this.#task = task;
    this.next = next;
    if (next !== undefined) next.previous = this;
    task.firstEndWatch = this;
  }

  /** Does nothing when it watches none. */
  stop(): void {
    const { next, previous } = this;
    if (previous !== undefined) previous.next = next;
    else if (this.#task !== undefined) this.#task.firstEndWatch = next;
    if (next !== undefined) next.previous = previous;
    this.#task = undefined;
    this.next = undefined;
    this.previous = undefined;
  }

  /** Called by the task. */
  ended(task: Task): void {
    this.stop();
    this.#then(task);
  }
}
