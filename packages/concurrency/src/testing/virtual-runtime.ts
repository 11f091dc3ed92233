/**
 * A runtime whose clock moves only when every task waits, and whose order of events is chosen: the same program gives
 * the same run each time.
 *
 * @module
 */
import { runDetached, storage } from "../context.ts";
import { DeadlockError, LeakError } from "../errors.ts";
import { cancellable } from "../foreign.ts";
import { TimerHeap } from "../internal/timer-heap.ts";
import { beginWait, rejected, type Waiter } from "../internal/waiter.ts";
import type { Runtime, Startable, Step, TaskSource, Timer } from "../runtime.ts";
import type { TaskInfo } from "../task-info.ts";
import { canDrain, drain } from "./drain.ts";
import { SeededRandom } from "./seeded-random.ts";
import { type Order, type Strategy, strategyOf } from "./strategy.ts";
import { Pause, Start, VirtualTimer } from "./virtual-steps.ts";

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

/** Somebody who waits until no task can go on at a time of the clock. */
interface Watcher {
  readonly at: number;
  readonly wait: Waiter<void>;
}

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
  /** Those before the head have been fired. With a strategy the head stays at 0. */
  readonly #ready: Step[] = [];
  #head = 0;
  readonly #timers = new TimerHeap();
  /** The timers in the heap, and those that are ready. */
  readonly #set = new Set<VirtualTimer>();
  readonly #parked = new Set<Step>();
  readonly #watchers = new Set<Watcher>();
  readonly #roots = new Map<TaskInfo, (error: unknown) => void>();
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
    this.#enqueue(new Start(task));
  }

  park(step: Step): void {
    this.#parked.add(step);
  }

  wake(step: Step): void {
    this.#parked.delete(step);
    this.#enqueue(step);
  }

  pause(source: TaskSource | undefined): Promise<void> {
    const pause = new Pause(source);
    this.#enqueue(pause);
    return pause.promise;
  }

  setTimer<T>(at: number, fire: (subject: T) => void, subject?: T): Timer {
    const fireOnce = (): void => {
      this.#set.delete(timer);
      fire(subject as T);
    };
    const timer = new VirtualTimer(at, fireOnce, storage.getStore()?.task);
    timer.place = this.#timers.add(at, () => this.#ready.push(timer));
    this.#set.add(timer);
    this.#pump();
    return timer;
  }

  clearTimer(timer: Timer): void {
    const it = timer as VirtualTimer;
    if (!this.#set.delete(it) || this.#timers.remove(it.place)) return;
    // Due at this instant, and not fired yet.
    this.#ready.splice(this.#ready.indexOf(it, this.#head), 1);
  }

  adopt(root: TaskInfo, fail: (error: unknown) => void): void {
    this.#roots.set(root, fail);
  }

  release(root: TaskInfo): void {
    this.#roots.delete(root);
  }

  statistics(): VirtualRuntimeStatistics {
    const ready = this.#ready.length - this.#head;
    return Object.freeze({ ready, waiting: this.#parked.size, timers: this.#timers.size });
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
    runDetached(() => void Promise.resolve(promise).then(settled, settled));
    return cancellable(promise);
  }

  /** What is left, each in words: tasks, waits, timers, real work. Empty once a program has cleaned up after itself. */
  leaks(): readonly string[] {
    const left = [...this.#roots.keys()].map((root) => `${who(root)} has not ended`);
    for (let index = this.#head; index < this.#ready.length; index++) {
      const { task, what } = this.#ready[index] as Step;
      left.push(`${who(task)} is about to go on after ${what}`);
    }
    for (const step of this.#parked) left.push(describeWait(step));
    for (const { task, what, isDue } of this.#set) if (!isDue) left.push(`${what}, set by ${who(task)}`);
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

  /** Drops what is left: none of it goes on, and no `run` that has not ended ever does. */
  abandon(): void {
    this.#roots.clear();
    this.#ready.length = 0;
    this.#head = 0;
    this.#parked.clear();
    for (const { place } of this.#set) this.#timers.remove(place);
    this.#set.clear();
  }

  #watch(at: number, what: string): Promise<void> {
    try {
      const wait = beginWait<void>(what);
      const watcher = { at, wait };
      this.#watchers.add(watcher);
      wait.onCancel = () => this.#watchers.delete(watcher);
      this.#pump();
      return wait.promise;
    } catch (error) {
      return rejected(error);
    }
  }

  #enqueue(step: Step): void {
    this.#ready.push(step);
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
    let isBusy = true;
    try {
      isBusy = this.#act();
      for (let acted = 1; isBusy && acted < steps; acted++) {
        drain();
        isBusy = this.#act();
      }
    } finally {
      this.#isPumping = false;
      if (isBusy) this.#pump();
    }
  }

  /** Does one thing that others may follow from; false when there is nothing to do until something happens outside. */
  #act(): boolean {
    while (this.#ready.length === this.#head && !this.#takeDue()) {
      if (this.#tellWatchers()) return true;
      if (!this.#moveClock()) return false;
    }
    this.#take()?.fire();
    return true;
  }

  /** Takes the step that goes on; undefined when the strategy failed, which ends every run. */
  #take(): Step | undefined {
    if (this.#strategy === undefined) return this.#takeFirst();
    const { length } = this.#ready;
    try {
      const index = this.#strategy.choose(this.#ready);
      if (Number.isInteger(index) && index >= 0 && index < length) return this.#ready.splice(index, 1)[0];
      throw new RangeError(`choose() gave ${String(index)}, and there are ${length} steps to choose from`);
    } catch (error) {
      this.#giveUp(error);
      return undefined;
    }
  }

  #takeFirst(): Step | undefined {
    const step = this.#ready[this.#head++];
    // Moved up now and then: taking each step out of the array would take the longer the more there are.
    if (this.#head === this.#ready.length || (this.#head > 1_000 && this.#head * 2 > this.#ready.length)) {
      this.#ready.splice(0, this.#head);
      this.#head = 0;
    }
    return step;
  }

  /** Makes the timers that are due ready. */
  #takeDue(): boolean {
    let found = false;
    for (let next = this.#timers.peek(); next !== undefined && next.at <= this.#now; next = this.#timers.peek()) {
      this.#timers.remove(next);
      next.fire();
      found = true;
    }
    return found;
  }

  #tellWatchers(): boolean {
    let found = false;
    for (const watcher of this.#watchers) {
      if (watcher.at > this.#now) continue;
      this.#watchers.delete(watcher);
      watcher.wait.settle();
      found = true;
    }
    return found;
  }

  #moveClock(): boolean {
    if (this.#external > 0) return false;
    let target = Infinity;
    for (const { at } of this.#watchers) target = Math.min(target, at);
    if (this.#autoJump || target < Infinity) target = Math.min(target, this.#timers.peek()?.at ?? Infinity);
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
  }
}

function describeWait({ task, what }: Step): string {
  return `${who(task)} waits for ${what}`;
}

function who(task: TaskInfo | undefined): string {
  return task === undefined ? "code outside a task" : `task "${task.name}"`;
}
