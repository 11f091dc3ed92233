/**
 * A virtual runtime that keeps what each of its steps touches, in an order that the caller chooses.
 *
 * @module
 */
import { currentTask, NoTaskError, type Startable, type Step, type TaskInfo, type Timer } from "../src/index.ts";
import type { TaskSource } from "../src/runtime.ts";
import { VirtualRuntime } from "../src/testing/index.ts";

/** What a step has touched that looked at more than it could name. */
const everything = {};

/** What a step reads and changes. */
export type Footprint = Map<object, "read" | "write">;

/** Chooses the step to fire. */
export type Chooser = (ready: readonly Step[], runtime: RecordingRuntime) => number;

export class RecordingRuntime extends VirtualRuntime {
  /** One for each step that was fired. */
  readonly footprints: Footprint[] = [];
  /** Off while the test itself looks. */
  isRecording = true;
  readonly #codes = new WeakMap<TaskInfo, object>();
  readonly #timers = new WeakSet<object>();

  constructor(chooser: Chooser) {
    super({
      choose: (ready) => {
        const index = chooser(ready, this);
        const { task } = ready[index] as Step;
        const isCode = task !== undefined && !this.#timers.has(ready[index] as Step);
        // Two functions of one task meet in a plain promise, which nobody sees.
        this.footprints.push(new Map(isCode ? [[this.#codeOf(task), "write"]] : []));
        return index;
      },
    });
  }

  access(resource: object, mode: "read" | "write"): void {
    const footprint = this.footprints.at(-1);
    if (footprint === undefined || !this.isRecording) return;
    if (mode === "write" || !footprint.has(resource)) footprint.set(resource, mode);
  }

  accessAll(): void {
    this.access(everything, "write");
  }

  override park(step: Step): void {
    this.#read(step.task);
    super.park(step);
  }

  override pause(source: TaskSource | undefined): Promise<void> {
    this.#read(source?.info);
    return super.pause(source);
  }

  override start(task: Startable): void {
    this.#read(task.info);
    super.start(task);
  }

  override setTimer<T>(at: number, fire: (subject: T) => void, subject?: T): Timer {
    this.#read(taskHere());
    const timer = super.setTimer(at, fire, subject);
    this.#timers.add(timer);
    return timer;
  }

  #codeOf(task: TaskInfo): object {
    const code = this.#codes.get(task) ?? {};
    this.#codes.set(task, code);
    return code;
  }

  #read(task: TaskInfo | undefined): void {
    if (task !== undefined) this.access(task, "read");
  }
}

/** Whether two steps may not change places. */
export function conflict(left: Footprint, right: Footprint): boolean {
  if (left.has(everything) || right.has(everything)) return true;
  for (const [resource, mode] of left) {
    const other = right.get(resource);
    if (other !== undefined && (mode === "write" || other === "write")) return true;
  }
  return false;
}

function taskHere(): TaskInfo | undefined {
  try {
    return currentTask();
  } catch (error) {
    if (error instanceof NoTaskError) return undefined;
    throw error;
  }
}
