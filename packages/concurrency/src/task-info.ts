/**
 * What can be known about a task from outside: a small value that is safe to keep, print and compare.
 *
 * @module
 */

/** A task as others see it. Two infos are of the same task when they are the same object. */
export interface TaskInfo {
  /** Counts up from 1 on each runtime. */
  readonly id: number;
  readonly name: string;
  /**
   * The id of the task whose group this one belongs to; absent for a root task. A task begun by `start()` belongs to its
   * starter until it says that it is ready.
   */
  readonly parentId?: number;
  /** Whether the task's next checkpoint would throw. */
  hasPendingCancellation(): boolean;
}
