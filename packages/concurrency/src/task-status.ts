/**
 * How a task begun by `group.start()` says that it is ready.
 *
 * @module
 */

/** Given to a function that `group.start()` runs. */
export interface TaskStatus<in S = void> {
  /**
   * Says that the task is ready: `start()` gives the value to its caller, and from here on the task belongs to the group.
   *
   * @throws {@link TaskStartedError} on a second call.
   */
  started(value: S): void;
}
