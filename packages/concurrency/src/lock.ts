/**
 * A lock that belongs to the task that acquired it, first come first served.
 *
 * @module
 */
import { storage } from "./context.ts";
import { NoTaskError } from "./errors.ts";
import type { Hold } from "./hold.ts";
import { cancelPoint } from "./internal/cancel-point.ts";
import type { Frame } from "./internal/frame.ts";
import { HoldQueue } from "./internal/hold-queue.ts";
import { Holding } from "./internal/holding.ts";
import type { Task } from "./internal/task.ts";
import { currentFrame, currentRuntime, rejected, type Waiter } from "./internal/waiter.ts";
import { AlreadyHeldError, BrokenResourceError, NotHeldError, WouldBlockError } from "./resource-errors.ts";
import { run } from "./run.ts";
import type { Runtime } from "./runtime.ts";
import { cancelShieldedCheckpoint } from "./sleep.ts";
import type { TaskInfo } from "./task-info.ts";

/** Options of a {@link Lock}. */
export interface LockOptions {
  /**
   * Skips the yield of an `acquire` that finds the lock free. Faster, but a loop that does nothing else never lets
   * another task go on.
   */
  readonly fastAcquire?: boolean;
  /** For deadlock reports and pictures. */
  readonly name?: string;
}

/** Who holds a {@link Lock}, and how many wait for it. */
export interface LockStatistics {
  readonly isLocked: boolean;
  /** Absent while the lock is free. */
  readonly owner?: TaskInfo;
  readonly tasksWaiting: number;
}

/** What a condition may do with its lock. */
export interface LockAccess {
  /** What the task holds the lock by; undefined when it does not. */
  heldBy(task: Task | undefined): Holding<Task> | undefined;
  /** Takes the lock from the task that holds it, for the length of its wait, which fails when the lock breaks. */
  lend(wait: Waiter<void>): void;
  /**
   * Waits for the lock again, whatever is cancelled meanwhile, and holds it by what it was held by before; not when
   * that has been disposed of. Code that outlived its task has the lock as well while it cleans up under it.
   */
  takeBack(holding: Holding<Task>, wait: Waiter<void>): Promise<void>;
}

/**
 * A lock between tasks. It may be made anywhere; it is acquired and released inside a task, which is then its owner.
 *
 * The owner is the task, not the function that runs in it: two functions under one `Promise.all` are one task, and
 * the second to acquire gets an {@link AlreadyHeldError}. Give each a task of its own.
 *
 * A task that ends while it holds the lock breaks it: those who wait, and all who come later, get a
 * {@link BrokenResourceError}, as nobody can know what it left half done. Only code that outlived the task, and leaves
 * the block that holds the lock after all, mends it.
 *
 * ```ts run
 * import { gather, Lock, sleep } from "@holdfast/concurrency";
 * const lock = new Lock();
 * const log: string[] = [];
 * const work = (name: string) => async () => {
 *   using _hold = await lock.acquire();
 *   log.push(`${name} in`);
 *   await sleep(1);
 *   log.push(`${name} out`);
 * };
 * await gather([work("a"), work("b")]);
 * log; // => ["a in", "a out", "b in", "b out"]
 * ```
 */
export class Lock {
  readonly #what: string;
  readonly #isFast: boolean;
  readonly #queue = new HoldQueue<Task>();
  /** The waits of conditions, of tasks that have lent the lock for as long. */
  readonly #lent = new Set<Waiter<void>>();
  /** While it is undefined nobody waits: a release hands the lock on in the same turn. */
  #current: Holding<Task> | undefined;
  /** Stops watching the owner. */
  #unwatch: (() => void) | undefined;

  constructor({ fastAcquire = false, name }: LockOptions = {}) {
    this.#what = name === undefined ? "a lock" : `lock ${JSON.stringify(name)}`;
    this.#isFast = fastAcquire;
  }

  get isLocked(): boolean {
    return this.#current !== undefined;
  }

  /**
   * Suspends until the current task owns the lock. Release it by what this gives, best with `using`, or by
   * {@link Lock.release}. A checkpoint, also when the lock is free.
   *
   * **Cancellation:** safe at any time; a cancelled waiter leaves no trace. A task that is cancelled after the lock was
   * handed to it has it, and finds out at its next cancel point.
   *
   * **Ordering:** first come, first served; ownership moves at the moment of the release, so nobody comes between.
   *
   * @throws {@link AlreadyHeldError} when the task owns the lock, or waits for it already; {@link BrokenResourceError}
   * when its owner ended without releasing it; {@link NoTaskError} outside every task.
   */
  acquire(): Promise<Hold> {
    try {
      const frame = cancelPoint(this.#what);
      const task = this.#taskOf(frame, "acquire()");
      const taken = this.#take(task);
      if (taken === undefined) return this.#enqueue(frame as Frame, task);
      return this.#isFast ? Promise.resolve(taken) : cancelShieldedCheckpoint().then(() => taken);
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * Makes the current task the owner if the lock is free.
   *
   * @throws {@link WouldBlockError} when it is not; otherwise as {@link Lock.acquire}.
   */
  acquireNoWait(): Hold {
    const taken = this.#take(this.#taskOf(currentFrame(this.#what), "acquireNoWait()"));
    if (taken !== undefined) return taken;
    const owner = this.#current?.who as Task;
    if (owner.isDone) throw this.#broken();
    throw new WouldBlockError(
      `acquireNoWait() on ${this.#what}, which task "${owner.info.name}" holds; await acquire()`,
    );
  }

  /**
   * Hands the lock to whoever has waited longest, or frees it.
   *
   * @throws {@link NotHeldError} when the current task is not its owner; {@link NoTaskError} outside every task.
   */
  release(): void {
    const task = this.#taskOf(storage.getStore(), "release()");
    const holding = this.#current;
    if (holding?.who !== task) throw notHeld();
    this.#giveUp(holding);
  }

  /**
   * Runs a function while the current task owns the lock, and gives what it gives. Outside a task it starts a root task
   * for the purpose.
   *
   * **Cancellation:** as of {@link Lock.acquire}, and of the function.
   *
   * @throws what the function throws; otherwise as {@link Lock.acquire}.
   */
  async withLock<T>(fn: () => PromiseLike<T> | T): Promise<T> {
    if (storage.getStore() === undefined) return await run(() => this.withLock(fn));
    using _hold = await this.acquire();
    return await fn();
  }

  statistics(): LockStatistics {
    const { size: tasksWaiting } = this.#queue;
    if (this.#current === undefined) return Object.freeze({ isLocked: false, tasksWaiting });
    return Object.freeze({ isLocked: true, owner: this.#current.who.info, tasksWaiting });
  }

  /** Called by a condition for the lock it is made with. */
  static access(lock: Lock): LockAccess {
    return {
      heldBy: (task) => (lock.#current?.who === task ? lock.#current : undefined),
      lend: (wait) => lock.#lend(wait),
      takeBack: (holding, wait) => lock.#takeBack(holding, wait),
    };
  }

  #taskOf(frame: Frame | undefined, attempted: string): Task {
    if (frame === undefined) throw new NoTaskError(`${attempted} on ${this.#what}`);
    return frame.task;
  }

  /** Takes the lock if it is free; undefined when another task holds it. */
  #take(task: Task): Holding<Task> | undefined {
    const owner = this.#current?.who;
    if (owner === task) throw new AlreadyHeldError("Attempted to acquire an already held Lock");
    if (owner !== undefined) return undefined;
    const taken = new Holding(task, this.#released);
    this.#current = taken;
    this.#watch();
    return taken;
  }

  #enqueue(frame: Frame, task: Task): Promise<Hold> {
    // Whether the second of two functions in one task fails must not depend on whether another task has the lock just now.
    if (this.#queue.has(task)) {
      throw new AlreadyHeldError("Attempted to acquire a Lock that the current task is waiting for already");
    }
    const acquired = this.#queue.add(this.#what, frame, new Holding(task, this.#released));
    this.#watch();
    return acquired;
  }

  /** What a hold calls. */
  readonly #released = (holding: Holding<Task>): void => {
    if (storage.getStore()?.task !== holding.who) throw notHeld();
    if (holding === this.#current) this.#giveUp(holding);
    // Disposed while other code of the task waits for a condition: that wait will not take the lock back.
    else holding.isReleased = true;
  };

  #giveUp(holding: Holding<Task>): void {
    holding.isReleased = true;
    this.#handOver();
  }

  #handOver(): void {
    this.#current = undefined;
    this.#unwatch?.();
    this.#unwatch = undefined;
    for (let wait = this.#queue.shift(); wait !== undefined; wait = this.#queue.shift()) {
      const { holding } = wait;
      // One that would take the lock back, and whose block has been left meanwhile.
      if (holding.isReleased) {
        wait.settle(holding);
      } else {
        this.#current = holding;
        this.#watch();
        wait.settle(holding);
        return;
      }
    }
  }

  #lend(wait: Waiter<void>): void {
    this.#lent.add(wait);
    this.#handOver();
  }

  async #takeBack(holding: Holding<Task>, wait: Waiter<void>): Promise<void> {
    this.#lent.delete(wait);
    if (holding.isReleased) return;
    if (this.#current === undefined) {
      this.#current = holding;
      this.#watch();
      return;
    }
    const taken = this.#queue.addShielded(this.#what, holding.who, holding);
    this.#watch();
    await taken;
  }

  /** Watches the owner while somebody depends on it: most locks are released before anybody waits. */
  #watch(): void {
    const owner = this.#current?.who;
    if (owner === undefined || this.#unwatch !== undefined || this.#queue.size + this.#lent.size === 0) return;
    if (owner.isDone) this.#breakSoon(currentRuntime());
    else this.#unwatch = owner.onDone(() => this.#breakSoon(owner.runtime));
  }

  /**
   * Breaks the lock once nothing else goes on, and not at once: code under a `Promise.all` that failed outlives its
   * task, and is most likely about to leave the block that holds the lock.
   */
  #breakSoon(runtime: Runtime): void {
    const timer = runtime.setTimer(runtime.now(), () => this.#break());
    this.#unwatch = () => runtime.clearTimer(timer);
  }

  #break(): void {
    this.#unwatch = undefined;
    for (let wait = this.#queue.shift(); wait !== undefined; wait = this.#queue.shift()) wait.fail(this.#broken());
    for (const wait of this.#lent) wait.fail(this.#broken());
    this.#lent.clear();
  }

  #broken(): BrokenResourceError {
    const owner = this.#current?.who.info.name;
    return new BrokenResourceError(
      `acquire() on ${this.#what}, whose owner, task "${owner}", ended without releasing it; make a new lock, and hold it with a using declaration`,
    );
  }
}

function notHeld(): NotHeldError {
  return new NotHeldError("The current task is not holding this lock");
}
