/**
 * What drives the library's own tasks during an exploration: every start, wake-up, pause and timer is an event of the kernel,
 * which happens when it is chosen.
 *
 * @module
 */
import {
  captureContext,
  type Runtime,
  type Startable,
  type Step,
  type TaskInfo,
  type TaskSource,
  type Timer,
} from "@holdfast/concurrency";
import type { IdleLimits, Limit } from "./boundary/idle-limits.ts";
import type { Kernel } from "./kernel/kernel.ts";
import { removeAt } from "./kernel/lists.ts";
import { Actor, type Transition } from "./kernel/transition.ts";

/** A timer, as the library is given it. */
class LabTimer implements Timer {
  readonly at: number;
  readonly fire: (subject: unknown) => void;
  readonly subject: unknown;
  transition: Transition | undefined = undefined;
  limit: Limit | undefined = undefined;

  constructor(at: number, fire: (subject: unknown) => void, subject: unknown) {
    this.at = at;
    this.fire = fire;
    this.subject = subject;
  }
}

export class LabRuntime implements Runtime {
  readonly name = "lab";
  readonly #kernel: Kernel;
  readonly #random: () => number;
  readonly #limits: IdleLimits | undefined;
  /** Who acts for each task, by its id. */
  readonly #actors: Actor[] = [];
  /** In the order in which they began. */
  readonly #parked: Step[] = [];
  readonly #roots: { readonly root: TaskInfo; readonly fail: (error: unknown) => void }[] = [];
  #taskId = 0;
  /** Whether a timer is happening right now. */
  #isInTimer = false;
  #isOver = false;

  /** @param limits what keeps time limits until nothing else can happen; without it they may pass at any time. */
  constructor(kernel: Kernel, random: () => number, limits?: IdleLimits) {
    this.#kernel = kernel;
    this.#random = random;
    this.#limits = limits;
  }

  now(): number {
    return this.#kernel.readClock();
  }

  random(): number {
    return this.#random();
  }

  nextTaskId(): number {
    return ++this.#taskId;
  }

  start(task: Startable): void {
    if (this.#isOver) return;
    const { info } = task;
    this.#kernel.create(info);
    this.#readTask(info);
    const actor = this.#kernel.newActor(info);
    this.#actors[info.id] = actor;
    this.#kernel.add("start", actor, "start", beginTask, task).context = captureContext();
  }

  park(step: Step): void {
    if (this.#isOver) return;
    this.#kernel.create(step);
    this.#readTask(step.task);
    this.#parked.push(step);
  }

  wake(step: Step & { readonly after?: object }): void {
    const index = this.#parked.indexOf(step);
    if (index === -1 || this.#isOver) return;
    removeAt(this.#parked, index);
    // A timer's callback and what it wakes are one macrotask in Node, and nothing gets between them.
    if (this.#isInTimer) {
      step.fire();
      return;
    }
    const transition = this.#kernel.add("wake", this.#actorOf(step.task), step, endWait, step);
    if (step.after !== undefined) this.#kernel.needReadersOf(step.after, transition);
  }

  pause(source: TaskSource | undefined): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isOver) return;
      this.#readTask(source?.info);
      this.#kernel.add("pause", this.#actorOf(source?.info), "checkpoint()", resolve);
    });
  }

  setTimer<T>(at: number, fire: (subject: T) => void, subject?: T): Timer {
    const timer = new LabTimer(at, fire as (subject: unknown) => void, subject);
    if (this.#isOver || at === Infinity) return timer;
    // What is due at once is no limit but a turn of its own.
    if (this.#limits !== undefined && at > this.#kernel.now && !isSleep(subject)) {
      timer.limit = this.#limits.add({
        at,
        isOptional: false,
        what: () => timerWords(subject, at),
        pass: () => this.#pass(timer),
      });
      return timer;
    }
    const what = isSleep(subject) ? subject : (): string => timerWords(subject, at);
    timer.transition = this.#kernel.addTimer(this.#kernel.actor, what, at, this.#pass, timer);
    return timer;
  }

  clearTimer(timer: Timer): void {
    const { transition, limit } = timer as LabTimer;
    if (limit !== undefined && !this.#isOver) this.#limits?.remove(limit);
    if (transition === undefined || this.#isOver) return;
    (timer as LabTimer).transition = undefined;
    this.#kernel.prevent(transition);
  }

  access(resource: object, mode: "create" | "read" | "write"): void {
    if (this.#isOver) return;
    if (mode === "create") this.#kernel.create(resource);
    else this.#kernel.access(resource, mode === "write");
  }

  accessAll(): void {
    if (!this.#isOver) this.#kernel.order.touchEverything();
  }

  adopt(root: TaskInfo, fail: (error: unknown) => void): void {
    this.#roots.push({ root, fail });
  }

  release(root: TaskInfo): void {
    const roots = this.#roots;
    for (let index = 0; index < roots.length; index++) if (roots[index]?.root === root) removeAt(roots, index);
  }

  /** Who waits, and for what: `task "b" waits for event "ready"`. */
  waits(): string[] {
    return this.#parked.map((step) => `${who(step.task)} waits for ${step.what}`);
  }

  /** What is left at the end of a run. */
  leaks(): string[] {
    const left = this.#roots.map(({ root }) => `${who(root)} has not ended`);
    return [...left, ...this.waits()];
  }

  /** Ends the run: nothing that is left of it goes on. Gives whether anything was left. */
  end(): boolean {
    this.#isOver = true;
    if (this.#parked.length > 0) this.#parked.length = 0;
    if (this.#roots.length === 0) return false;
    for (const { fail } of this.#roots.splice(0)) fail(new Error("the run is over"));
    return true;
  }

  readonly #pass = (timer: LabTimer): void => {
    timer.transition = undefined;
    this.#isInTimer = true;
    try {
      timer.fire(timer.subject);
    } finally {
      this.#isInTimer = false;
    }
  };

  /** Whoever waits, pauses or starts feels cancellation there. */
  #readTask(task: TaskInfo | undefined): void {
    if (task !== undefined) this.#kernel.access(task, false);
  }

  #actorOf(task: TaskInfo | undefined): Actor {
    return (task === undefined ? undefined : this.#actors[task.id]) ?? this.#kernel.actor;
  }
}

function beginTask(task: Startable): void {
  task.begin();
}

function endWait(step: Step): void {
  step.fire();
}

/** A sleep says what it is; a deadline does not. */
function isSleep(subject: unknown): subject is { readonly what: string } {
  // Not by what it says: that is put into words for whoever asks.
  return typeof subject === "object" && subject !== null && "what" in subject;
}

function timerWords(subject: unknown, at: number): string {
  return isSleep(subject) ? subject.what : `the deadline at ${at} ms`;
}

function who(task: TaskInfo | undefined): string {
  return task === undefined ? "code outside a task" : `task ${JSON.stringify(task.name)}`;
}
