/**
 * The steps that a virtual runtime makes itself for a task: its start, and a pause. The info of the task is looked up only
 * when somebody looks at the step.
 *
 * @module
 */
import type { Startable, Step, TaskSource } from "../runtime.ts";
import type { TaskInfo } from "../task-info.ts";

/** A step that opens a promise: what hangs on it runs in the async context in which it was hung. */
class Gate {
  readonly promise: Promise<void>;
  fire!: () => void;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.fire = resolve;
    });
  }
}

/** The beginning of a task. */
export class Start extends Gate implements Step {
  readonly #task: Startable;

  constructor(task: Startable) {
    super();
    this.#task = task;
    // The reaction remembers the async context of this call; the kernel later only opens the gate.
    void this.promise.then(() => task.begin());
  }

  get task(): TaskInfo {
    return this.#task.info;
  }

  get what(): string {
    return "start";
  }
}

/** The end of a task's pause. */
export class Pause extends Gate implements Step {
  readonly #source: TaskSource | undefined;

  constructor(source: TaskSource | undefined) {
    super();
    this.#source = source;
  }

  get task(): TaskInfo | undefined {
    return this.#source?.info;
  }

  get what(): string {
    return "checkpoint()";
  }
}
