/**
 * A lock that belongs to the task that acquired it, first come first served.
 *
 * @module
 */
import { storage } from "./context.ts";
import { NoTaskError } from "./errors.ts";
import type { Hold } from "./hold.ts";
import type { Frame } from "./internal/frame.ts";
import { guardedCall } from "./internal/guarded.ts";
import { HoldQueue } from "./internal/hold-queue.ts";
import { Holding } from "./internal/holding.ts";
import { OwnerWatch } from "./internal/owner-watch.ts";
import type { Task } from "./internal/task.ts";
import { look, made, touch } from "./internal/touch.ts";
import { cancelPoint, currentFrame, rejected, type Waiter } from "./internal/waiter.ts";
import { AlreadyHeldError, BrokenResourceError, NotHeldError, WouldBlockError } from "./resource-errors.ts";
import { run } from "./run.ts";
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
  heldBy(task: Task): Holding<Task> | undefined;
  /**
   * Takes the lock from the task that holds it, for the length of its wait. That fails when the lock breaks, and when
   * what the lock was held by is disposed of meanwhile.
   */
  lend(holding: Holding<Task>, wait: Waiter<void>): void;
  /**
   * Waits for the lock again, whatever is cancelled meanwhile, and holds it by what it was held by before; not when
   * that has been disposed of. Code that outlived its task has the lock as well while it cleans up under it.
   */
  takeBack(holding: Holding<Task>): Promise<void>;
  /** Why a wait fails whose hold has been disposed of. */
  released(): NotHeldError;
}

/** For the whole process, as a condition and its lock may be of two installed copies of the package. */
const key: unique symbol = Symbol.for("holdfast.lock/1");

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
  readonly #queue = new HoldQueue<Task>(this);
  /** What the lock was held by, by tasks that have lent it for the length of a wait for a condition. */
  readonly #lent = new Map<Holding<Task>, Waiter<void>>();
  /** While it is undefined nobody waits: a release hands the lock on in the same turn. */
  #current: Holding<Task> | undefined;
  /** Made when somebody first depends on an owner, as most locks are released before that. */
  #watch: OwnerWatch | undefined;

  constructor({ fastAcquire = false, name }: LockOptions = {}) {
    made(this);
    this.#what = name === undefined ? "a lock" : `lock ${JSON.stringify(name)}`;
    this.#isFast = fastAcquire;
  }

  get isLocked(): boolean {
    look(this);
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
      const frame = this.#inTask(cancelPoint(this.#what), "acquire()");
      const taken = this.#take(frame.task);
      if (taken === undefined) return this.#enqueue(frame);
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
    const taken = this.#take(this.#inTask(currentFrame(this.#what), "acquireNoWait()").task);
    if (taken !== undefined) return taken;
    const owner = this.#current?.who as Task;
    look(owner.info);
    if (owner.isDone) throw this.#broken("acquireNoWait()");
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
    const { task } = this.#inTask(storage.getStore(), "release()");
    look(this);
    if (this.#current?.who !== task) throw notHeld();
    this.#current.release();
  }

  /**
   * Runs a function while the current task owns the lock, and gives what it gives. Outside a task it starts a root task
   * for the purpose.
   *
   * **Cancellation:** as of {@link Lock.acquire}, and of the function.
   *
   * @throws what the function throws; otherwise as {@link Lock.acquire}.
   */
  withLock<T>(fn: () => PromiseLike<T> | T): Promise<T> {
    if (storage.getStore() === undefined) return run(() => this.withLock(fn));
    return guardedCall(async () => {
      using _hold = await this.acquire();
      return await fn();
    });
  }

  statistics(): LockStatistics {
    look(this);
    const { size: tasksWaiting } = this.#queue;
    if (this.#current === undefined) return Object.freeze({ isLocked: false, tasksWaiting });
    return Object.freeze({ isLocked: true, owner: this.#current.who.info, tasksWaiting });
  }

  /**
   * Called by a condition for the lock it is made with.
   *
   * @throws TypeError for what is no lock.
   */
  static access(lock: Lock): LockAccess {
    const open = (lock as { readonly [key]?: () => LockAccess } | null)?.[key];
    if (typeof open === "function") return open.call(lock);
    throw new TypeError(
      `new Condition() takes a Lock, and ${lock === null ? "null" : typeof lock} is not one; its options come second`,
    );
  }

  static {
    Object.defineProperty(Lock.prototype, key, {
      value(this: Lock): LockAccess {
        return {
          heldBy: (task) => this.#heldBy(task),
          lend: (holding, wait) => this.#lend(holding, wait),
          takeBack: (holding) => this.#takeBack(holding),
          released: () => this.#releasedMeanwhile(),
        };
      },
    });
  }

  #heldBy(task: Task): Holding<Task> | undefined {
    look(this);
    return this.#current?.who === task ? this.#current : undefined;
  }

  #inTask(frame: Frame | undefined, attempted: string): Frame {
    if (frame === undefined) throw new NoTaskError(`${attempted} on ${this.#what}`);
    return frame;
  }

  /** Takes the lock if it is free; undefined when another task holds it. */
  #take(task: Task): Holding<Task> | undefined {
    look(this);
    const owner = this.#current?.who;
    if (owner === task) throw new AlreadyHeldError("Attempted to acquire an already held Lock");
    if (owner !== undefined) return undefined;
    touch(this);
    const taken = new Holding(task, this.#released);
    this.#current = taken;
    this.#watchOwner();
    return taken;
  }

  #enqueue(frame: Frame): Promise<Hold> {
    const { task } = frame;
    // Whether the second of two functions in one task fails must not depend on whether another task has the lock just now.
    if (this.#queue.isAsking(task)) {
      throw new AlreadyHeldError(
        `acquire() on ${this.#what}, which the same task waits for already; give each acquire() a task of its own`,
      );
    }
    touch(this);
    const acquired = this.#queue.ask(this.#what, frame, new Holding(task, this.#released));
    this.#watchOwner();
    return acquired;
  }

  /** What a hold calls. */
  readonly #released = (holding: Holding<Task>): void => {
    if (storage.getStore()?.task !== holding.who) throw notHeld();
    touch(this);
    holding.isTakenBack = true;
    if (holding === this.#current) this.#handOver();
    // Other code of the task waits for a condition under it: without the lock a notification would be lost on that wait.
    else this.#lent.get(holding)?.fail(this.#releasedMeanwhile());
  };

  #handOver(): void {
    this.#current = undefined;
    this.#watch?.stop();
    for (let wait = this.#queue.shift(); wait !== undefined; wait = this.#queue.shift()) {
      const { holding } = wait;
      // One that would take the lock back, and whose block has been left meanwhile.
      if (holding.isTakenBack) {
        wait.settle(holding);
      } else {
        this.#current = holding;
        this.#watchOwner();
        wait.settle(holding);
        return;
      }
    }
  }

  #lend(holding: Holding<Task>, wait: Waiter<void>): void {
    touch(this);
    this.#lent.set(holding, wait);
    this.#handOver();
  }

  async #takeBack(holding: Holding<Task>): Promise<void> {
    touch(this);
    this.#lent.delete(holding);
    if (holding.isTakenBack) return;
    if (this.#current === undefined) {
      this.#current = holding;
      this.#watchOwner();
      return;
    }
    const taken = this.#queue.askAgain(this.#what, holding.who, holding);
    this.#watchOwner();
    await taken;
  }

  #watchOwner(): void {
    const owner = this.#current?.who;
    if (owner === undefined || this.#queue.size + this.#lent.size === 0) return;
    this.#watch ??= new OwnerWatch(this, () => this.#break());
    this.#watch.start(owner);
  }

  #break(): void {
    for (let wait = this.#queue.shift(); wait !== undefined; wait = this.#queue.shift()) {
      wait.fail(this.#broken("acquire()"));
    }
    for (const wait of this.#lent.values()) wait.fail(this.#broken("wait() under a condition"));
    this.#lent.clear();
  }

  #broken(attempted: string): BrokenResourceError {
    const owner = this.#current?.who.info.name;
    return new BrokenResourceError(
      `${attempted} on ${this.#what}, whose owner, task "${owner}", ended without releasing it; make a new lock, and hold it with a using declaration`,
    );
  }

  #releasedMeanwhile(): NotHeldError {
    return new NotHeldError(
      `wait() under ${this.#what}, which the task released meanwhile; await the wait in the block that holds the lock`,
    );
  }
}

function notHeld(): NotHeldError {
  return new NotHeldError("The current task is not holding this lock");
}
