/**
 * The seam between the library and what drives it. Every start of a task, end of a wait, timer, clock reading
 * and random number goes through a Runtime, so that the same source runs on native promises and timers and on
 * a kernel that chooses who goes next.
 *
 * @module
 */
import type { TaskInfo } from "./task-info.ts";

/** Something that is ready to happen, above all the end of a wait. */
export interface Step {
  /** The task that goes on when this is fired; absent outside every task. */
  readonly task: TaskInfo | undefined;
  /** What it waited for, in words for a person: `sleep(100)`, `event "ready"`. */
  readonly what: string;
  /** Whether it happens in a cancelled scope, where tasks only unwind; false when absent. */
  readonly isCancelled?: boolean;
  /**
   * What the end of the wait is counted on: every step that has read it since it was last changed has had a part in that end,
   * which comes after the last of them, whichever that is. Absent where one step alone ends the wait.
   */
  readonly after?: object;
  /** Lets it happen. A runtime calls this once. */
  fire(): void;
}

/** What holds the info of a task, which is made only when it is asked for. */
export interface TaskSource {
  readonly info: TaskInfo;
}

/** A task that has not begun. */
export interface Startable extends TaskSource {
  begin(): void;
}

/** A timer that has been set; handed back to `clearTimer`. */
export interface Timer {
  readonly at: number;
}

/**
 * What drives tasks. A runtime is found through the current task at each operation and is never kept by a
 * primitive, so one Event or Owner may serve different runtimes one after another.
 */
export interface Runtime {
  /** For error messages: `system`, `virtual`. */
  readonly name: string;
  /** Milliseconds on this runtime's clock: monotonic, from an arbitrary origin. */
  now(): number;
  /** A random number in [0, 1). */
  random(): number;
  /** The id for the next task: 1, 2, 3, ... */
  nextTaskId(): number;
  /**
   * Calls `begin` later, never in the calling turn, in the async context of the caller of `start` and in a turn of its
   * own (a promise reaction): what `begin` does to that context must reach nobody else.
   */
  start(task: Startable): void;
  /**
   * Ends a wait: fires the step now or when the runtime chooses it, which is not later than the event loop's next turn where
   * time is real. What the wait gives is decided already.
   */
  wake(step: Step): void;
  /** Says that a wait began; its end is the `wake` of the same step. Optional: only kernels need it. */
  park?(step: Step): void;
  /**
   * Says that the running code reads or changes something that tasks share: a primitive, a scope, a task (its TaskInfo) or a
   * wait (its Step). Two steps may change places without a difference unless both were told of one resource, and one of them
   * changes it. A step that parks, pauses, starts or sets a timer has also read its own task, which the runtime knows without
   * being told. Also told of what is new ("create"), before anybody else can have it, so that it gets a name that holds
   * whoever touches it first. Optional: only kernels need it.
   */
  access?(resource: object, mode: "create" | "read" | "write"): void;
  /**
   * Says that the running code looks at more than it could name: its step may change places with no other. Belongs to
   * {@link Runtime.access}.
   */
  accessAll?(): void;
  /**
   * Yields to other tasks, and to the event loop often enough for timers to fire: gives what to wait for, or undefined when
   * a microtask will do. Never rejects.
   */
  pause(source: TaskSource | undefined): Promise<void> | undefined;
  /**
   * The turn that the event loop is owed, or undefined when it is owed none. Code that swallows its cancellation in a loop
   * gets nothing but refused waits, and would otherwise keep every timer from firing. Optional: only clocks that go on by
   * themselves need it.
   */
  owedTurn?(): Promise<void> | undefined;
  /**
   * Calls `fire` with the subject once the clock has reached `at`. `fire` settles waits, cancels scopes, and begins or
   * stops what an owner owns; it runs outside every task. The subject saves a closure for each of many timers.
   */
  setTimer<T>(at: number, fire: (subject: T) => void, subject?: T): Timer;
  /** Forgets a timer; does nothing when it has fired. */
  clearTimer(timer: Timer): void;
  /** Told of each root task that `run` starts; `fail` ends the `run` with an error when the task cannot go on. */
  adopt?(root: TaskInfo, fail: (error: unknown) => void): void;
  /** Told when a root task is done. */
  release?(root: TaskInfo): void;
}
