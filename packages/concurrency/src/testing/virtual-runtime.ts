/**
 * A runtime whose clock moves only when every task waits, and whose order of events is chosen: the same program gives
 * the same run each time.
 *
 * @module
 */
import { roots, runDetached, storage } from "../context.ts";
import { DeadlockError, LeakError } from "../errors.ts";
import { cancellable } from "../foreign.ts";
import { rejected } from "../internal/waiter.ts";
import type { Runtime, Startable, Step, TaskSource, Timer } from "../runtime.ts";
import type { TaskInfo } from "../task-info.ts";
import { canDrain, drain } from "./drain.ts";
import { ReadySteps } from "./ready-steps.ts";
import { SeededRandom } from "./seeded-random.ts";
import { type Order, RandomOrder, type Strategy, strategyOf } from "./strategy.ts";
import { Pause, Start } from "./virtual-steps.ts";
import { VirtualTimer, VirtualTimers } from "./virtual-timers.ts";
import { Watchers } from "./watchers.ts";

/** Taken when the module is loaded, so that a test that fakes the global ones does not stop its own runtime. */
const nextTurn = setImmediate;

/** Options of a {@link VirtualRuntime}. */
export interface VirtualRuntimeOptions {
  /** Seeds `random()` and the order `"random"`. 1 when absent. */
  readonly seed?: number;
  /** Which of the steps that are ready goes on. `"fifo"`, the one that has been ready longest, when absent. */
  readonly order?: Order;
  /** The same as a function that gives the index. Give one of the two. */
  readonly choose?: (ready: readonly Step[]) => number;
  /**
   * Whether the clock jumps to the next timer when every task waits. True when absent; otherwise it moves by
   * {@link VirtualRuntime.advance} alone, and no deadlock is reported.
   */
  readonly autoJump?: boolean;
  /**
   * How many steps may share a turn of the event loop before real input and output gets one. The steps are the same
   * whatever it is. 100 when absent.
   */
  readonly stepsPerTurn?: number;
}

/** What a {@link VirtualRuntime} still has to do. */
export interface VirtualRuntimeStatistics {
  /** Steps that are ready to be fired. */
  readonly ready: number;
  /** Waits that have not ended. */
  readonly waiting: number;
  /** Timers that are set. All three are 0 when a program has cleaned up after itself. */
  readonly timers: number;
}

/**
 * What a kernel did: it fired a step; or it told those who watch, some of whom may run elsewhere and need a turn of the event
 * loop to go on; or there is nothing to do until something happens outside.
 */
type Done = "step" | "told" | "nothing";

/**
 * Runs tasks on virtual time. One step is fired, everything that follows from it on plain promises happens, and then
 * the next step is chosen. When none is ready the clock jumps to the next timer.
 *
 * **Ordering:** timers keep the order of their times. Those that are due at the same instant become ready together, in
 * the order in which they were set, and count as steps from then on: a strategy may take them in any order, and may let
 * what the first of them woke go on before the second.
 *
 * Real input and output is no part of virtual time: hand what waits for it to {@link VirtualRuntime.external}.
 *
 * ```ts run
 * import { run, sleep } from "@holdfast/concurrency";
 * import { VirtualRuntime } from "@holdfast/concurrency/testing";
 * const runtime = new VirtualRuntime();
 * await run(() => sleep(60_000), { runtime }); // an hour would take no longer
 * runtime.now(); // => 60_000
 * ```
 */
export class VirtualRuntime implements Runtime {
  readonly name = "virtual";
  readonly #random: SeededRandom;
  /** Absent for the order in which steps became ready. */
  readonly #strategy: Strategy | undefined;
  readonly #autoJump: boolean;
  readonly #stepsPerTurn: number;
  readonly #ready = new ReadySteps();
  readonly #timers = new VirtualTimers((timer) => this.#ready.add(timer));
  readonly #parked = new Set<Step>();
  readonly #watchers = new Watchers();
  readonly #roots = new Map<TaskInfo, (error: unknown) => void>();
  /** The tasks that were abandoned. Their code can be awoken by a promise that is not ours, and must get no further. */
  #abandoned: WeakSet<object> | undefined;
  #external = 0;
  #now = 0;
  #taskId = 0;
  #isPumping = false;

  /** @throws {@link RangeError} for a seed or a number of steps that is none; {@link TypeError} for an order that is none. */
  constructor(options: VirtualRuntimeOptions = {}) {
    const { seed = 1, order = "fifo", choose, autoJump = true, stepsPerTurn = 100 } = options;
    if (choose !== undefined && options.order !== undefined) {
      throw new TypeError("order and choose both say which step goes on; give one of the two");
    }
    if (!Number.isInteger(stepsPerTurn) || stepsPerTurn < 1) {
      throw new RangeError(`stepsPerTurn is a whole number from 1 up, and ${String(stepsPerTurn)} is not`);
    }
    this.#random = new SeededRandom(seed);
    this.#strategy = strategyOf(choose === undefined ? order : { choose }, seed);
    this.#autoJump = autoJump;
    this.#stepsPerTurn = stepsPerTurn;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.#random.next();
  }

  nextTaskId(): number {
    return ++this.#taskId;
  }

  start(task: Startable): void {
    if (!this.#isCallerAbandoned()) this.#enqueue(new Start(task));
  }

  park(step: Step): void {
    if (!this.#isCallerAbandoned()) this.#parked.add(step);
  }

  wake(step: Step): void {
    // Every wait is parked, unless it was abandoned.
    if (this.#parked.delete(step)) this.#enqueue(step);
  }

  pause(source: TaskSource | undefined): Promise<void> {
    const pause = new Pause(source);
    if (!this.#isCallerAbandoned()) this.#enqueue(pause);
    return pause.promise;
  }

  setTimer<T>(at: number, fire: (subject: T) => void, subject?: T): Timer {
    const source = storage.getStore()?.task;
    if (this.#isCallerAbandoned()) return new VirtualTimer(at, () => {}, source);
    const timer = this.#timers.set(at, () => fire(subject as T), source);
    this.#pump();
    return timer;
  }

  clearTimer(timer: Timer): void {
    const it = timer as VirtualTimer;
    if (this.#timers.clear(it)) this.#ready.remove(it);
  }

  adopt(root: TaskInfo, fail: (error: unknown) => void): void {
    this.#roots.set(root, fail);
  }

  release(root: TaskInfo): void {
    this.#roots.delete(root);
  }

  statistics(): VirtualRuntimeStatistics {
    return Object.freeze({ ready: this.#ready.size, waiting: this.#parked.size, timers: this.#timers.size });
  }

  /**
   * Suspends until every other task of this runtime waits, at the present instant of its clock. Code outside the
   * runtime may call it as well, and goes on before the clock jumps.
   *
   * **Cancellation:** safe at any time.
   *
   * **Ordering:** all who wait for it go on together.
   */
  waitAllTasksBlocked(): Promise<void> {
    return this.#watch(this.#now, "all other tasks to wait");
  }

  /**
   * Moves the clock on, firing timers on the way, and suspends until every other task waits at the new time. Meant for a
   * runtime made with `autoJump: false`; with it the clock may have jumped further by the time anybody looks.
   *
   * **Cancellation:** leaves the clock where it has come to.
   *
   * @throws {@link RangeError} for a delay that is negative or not finite.
   */
  advance(delay: number): Promise<void> {
    if (!Number.isFinite(delay) || delay < 0) {
      return rejected(new RangeError(`advance() takes milliseconds from 0 up, and ${String(delay)} is not`));
    }
    return this.#watch(this.#now + delay, `advance(${delay})`);
  }

  /**
   * Waits for a promise that real input and output of the process settles. Until it has settled, also when nobody waits
   * for it any more, the clock stands still and no deadlock is reported: the real work might wake a task at any moment.
   *
   * **Cancellation:** ends the wait, not the work.
   */
  external<T>(promise: PromiseLike<T>): Promise<T> {
    this.#external += 1;
    const settled = (): void => {
      this.#external -= 1;
      this.#pump();
    };
    // Once, as the work of a lazy thenable begins anew each time that somebody asks for it.
    const work = runDetached(() => Promise.resolve(promise));
    runDetached(() => void work.then(settled, settled));
    return cancellable(work);
  }

  /** What is left, each in words: tasks, waits, timers, real work. Empty once a program has cleaned up after itself. */
  leaks(): readonly string[] {
    const left = [...this.#roots.keys()].map((root) => `${who(root)} has not ended`);
    for (const { task, what } of this.#ready) left.push(`${who(task)} is about to go on after ${what}`);
    for (const step of this.#parked) left.push(describeWait(step));
    for (const { task, what } of this.#timers.waiting()) left.push(`${what}, set by ${who(task)}`);
    if (this.#external > 0) left.push(`real work that was handed to external(): ${this.#external}`);
    return left;
  }

  /**
   * Asserts that nothing is left: no task, wait, timer or real work. Call it once a program has ended, and after
   * {@link VirtualRuntime.waitAllTasksBlocked} where what it started may still be ending.
   *
   * @throws {@link LeakError} that names what is left.
   */
  assertIdle(): void {
    const leaks = this.leaks();
    if (leaks.length > 0) throw new LeakError(leaks);
  }

  /** Drops what is left: no task goes on beyond its next wait, and no `run` that has not ended ever does. */
  abandon(): void {
    this.#abandoned ??= new WeakSet();
    for (const root of roots) {
      if (root.task.runtime !== this) continue;
      for (const task of root.tasks()) this.#abandoned.add(task);
      roots.delete(root);
    }
    this.#roots.clear();
    this.#ready.clear();
    this.#parked.clear();
    this.#timers.clearAll();
    this.#watchers.drop(this);
  }

  #isCallerAbandoned(): boolean {
    const task = this.#abandoned === undefined ? undefined : storage.getStore()?.task;
    return task !== undefined && this.#abandoned?.has(task) === true;
  }

  #watch(at: number, what: string): Promise<void> {
    try {
      const told = this.#watchers.add(at, what);
      this.#pump();
      return told;
    } catch (error) {
      return rejected(error);
    }
  }

  #enqueue(step: Step): void {
    this.#ready.add(step);
    this.#pump();
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    runDetached(() => nextTurn(() => this.#turn()));
  }

  /** Begins with nothing left to follow, because the event loop sees to that before each macrotask. */
  #turn(): void {
    const steps = canDrain() ? this.#stepsPerTurn : 1;
    let done: Done = "step";
    try {
      done = this.#act();
      for (let acted = 1; done === "step" && acted < steps; acted++) {
        drain();
        done = this.#act();
      }
    } finally {
      this.#isPumping = false;
      if (done !== "nothing") this.#pump();
    }
  }

  /** Does one thing that others may follow from. */
  #act(): Done {
    while (this.#ready.size === 0 && !this.#timers.takeDue(this.#now)) {
      if (this.#watchers.tell(this.#now)) return "told";
      if (!this.#moveClock()) return "nothing";
    }
    this.#take()?.fire();
    return "step";
  }

  /** Takes the step that goes on; undefined when the strategy failed, which ends every run. */
  #take(): Step | undefined {
    if (this.#strategy === undefined) return this.#ready.takeFirst();
    const { size } = this.#ready;
    try {
      const index = this.#strategy.choose(this.#ready.list);
      if (!Number.isInteger(index) || index < 0 || index >= size) {
        throw new RangeError(`choose() gave ${String(index)}, and there are ${size} steps to choose from`);
      }
      return this.#strategy instanceof RandomOrder ? this.#ready.takeUnordered(index) : this.#ready.takeAt(index);
    } catch (error) {
      this.#giveUp(error);
      return undefined;
    }
  }

  #moveClock(): boolean {
    if (this.#external > 0) return false;
    let target = this.#watchers.next;
    if (this.#autoJump || target < Infinity) target = Math.min(target, this.#timers.next);
    if (target < Infinity) {
      this.#now = target;
      return true;
    }
    if (this.#autoJump && this.#roots.size > 0) this.#giveUp(new DeadlockError([...this.#parked].map(describeWait)));
    return false;
  }

  /** Ends every run with an error. Its tasks can never go on, so that nothing of theirs may stay behind for the next. */
  #giveUp(error: unknown): void {
    const fails = [...this.#roots.values()];
    this.abandon();
    for (const fail of fails) fail(error);
    // Nobody is left to be told, only tasks of owners: as an unhandled rejection it is as loud.
    if (fails.length === 0) void Promise.reject(error);
  }
}

function describeWait({ task, what }: Step): string {
  return `${who(task)} waits for ${what}`;
}

function who(task: TaskInfo | undefined): string {
  return task === undefined ? "code outside a task" : `task "${task.name}"`;
}
