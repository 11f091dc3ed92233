/**
 * A condition: tasks wait under a lock for what another task changes under the same lock.
 *
 * @module
 */
import { storage } from "./context.ts";
import { NoTaskError } from "./errors.ts";
import type { Hold } from "./hold.ts";
import type { Frame } from "./internal/frame.ts";
import { guarded, guardedCall } from "./internal/guarded.ts";
import type { Holding } from "./internal/holding.ts";
import type { Task } from "./internal/task.ts";
import { look, made, touch } from "./internal/touch.ts";
import { WaitList } from "./internal/wait-list.ts";
import { cancelPoint, Waiter } from "./internal/waiter.ts";
import { Lock, type LockAccess, type LockStatistics } from "./lock.ts";
import { NotHeldError } from "./resource-errors.ts";
import { checkpoint } from "./sleep.ts";

/** Options of a {@link Condition}. */
export interface ConditionOptions {
  /** For deadlock reports and pictures. */
  readonly name?: string;
}

/** How many wait for a {@link Condition}, and the state of its lock. */
export interface ConditionStatistics {
  /** Those who wait to be notified; one who was, and waits for the lock, counts there. */
  readonly tasksWaiting: number;
  readonly lockStatistics: LockStatistics;
}

/** The wait of a task that has lent its lock for as long. */
class LenderWait extends Waiter<void> {
  readonly holding: Holding<Task>;
  /** Settles when the task has the lock again; there from the notification on. */
  taken: Promise<void> | undefined = undefined;

  constructor(what: string, frame: Frame, holding: Holding<Task>) {
    super(what, frame.task, frame);
    this.holding = holding;
  }
}

type Falsy = false | 0 | 0n | "" | null | undefined;

/**
 * Where tasks that hold a lock wait until another says that something has changed. A wait gives the lock up, and has
 * it again when it ends. Belongs to tasks, as its lock does.
 *
 * ```ts run
 * import { Condition, taskGroup } from "@holdfast/concurrency";
 * const changed = new Condition();
 * const items: string[] = [];
 * await taskGroup(async (group) => {
 *   const first = group.startSoon(async () => {
 *     using _hold = await changed.acquire();
 *     return await changed.waitFor(() => items.shift());
 *   });
 *   await changed.withLock(() => {
 *     items.push("item");
 *     changed.notify();
 *   });
 *   return await first;
 * }); // => "item"
 * ```
 */
export class Condition {
  readonly #what: string;
  readonly #lock: Lock;
  readonly #access: LockAccess;
  readonly #waits = new WaitList<void>(this);

  /**
   * @param lock to share one with other conditions or code; one of its own when absent.
   * @throws {@link TypeError} for a lock that is none.
   */
  constructor(lock: Lock = new Lock(), { name }: ConditionOptions = {}) {
    made(this);
    this.#what = name === undefined ? "a condition" : `condition ${JSON.stringify(name)}`;
    this.#lock = lock;
    this.#access = Lock.access(lock);
  }

  /** Whether a task holds the lock. */
  get isLocked(): boolean {
    return this.#lock.isLocked;
  }

  /** Acquires the lock; see {@link Lock.acquire}. */
  acquire(): Promise<Hold> {
    return this.#lock.acquire();
  }

  /** Acquires the lock if it is free; see {@link Lock.acquireNoWait}. */
  acquireNoWait(): Hold {
    return this.#lock.acquireNoWait();
  }

  /** Releases the lock; see {@link Lock.release}. */
  release(): void {
    this.#lock.release();
  }

  /** Runs a function under the lock; see {@link Lock.withLock}. */
  withLock<T>(fn: () => PromiseLike<T> | T): Promise<T> {
    return this.#lock.withLock(fn);
  }

  /**
   * Gives the lock up, suspends until notified, and waits for the lock again. What was waited for may be gone by then,
   * as others may have had the lock in between: test it in a loop, or use {@link Condition.waitFor}.
   *
   * **Cancellation:** ends the wait; the lock is waited for all the same, in a shield, so that the code around it finds
   * it held. A notification that it can no longer use goes to the next waiter.
   *
   * **Ordering:** first come, first notified.
   *
   * @throws {@link NotHeldError} when the current task does not hold the lock; {@link BrokenResourceError} when the lock
   * breaks; {@link NoTaskError} outside every task.
   */
  wait(): Promise<void> {
    return guarded(this.#wait());
  }

  /**
   * Waits until the predicate gives something truthy, and gives that. The predicate is called under the lock, at once
   * and after each notification.
   *
   * **Cancellation:** as of {@link Condition.wait}. A checkpoint, also when there is nothing to wait for.
   *
   * @throws what the predicate throws; otherwise as {@link Condition.wait}.
   */
  waitFor<T>(predicate: () => T): Promise<Exclude<T, Falsy>> {
    return guardedCall(() => this.#waitFor(predicate));
  }

  /**
   * Wakes those who have waited longest, `n` at most. They go on once they have the lock, and wait for it from now on:
   * behind those who did so before, and before all who come later, the current task among them.
   *
   * @throws {@link NotHeldError} when the current task does not hold the lock; {@link RangeError} when `n` is not a whole
   * number from 0 up.
   */
  notify(n: number = 1): void {
    if (!Number.isInteger(n) || n < 0) throw new RangeError(`notify() takes a whole number from 0 up, and ${n} is not`);
    this.#held("notify()", storage.getStore());
    let left = n;
    while (left > 0 && this.#notifyFirst()) left -= 1;
  }

  /**
   * Wakes all who wait, as {@link Condition.notify} does.
   *
   * @throws {@link NotHeldError} when the current task does not hold the lock.
   */
  notifyAll(): void {
    this.#held("notifyAll()", storage.getStore());
    while (this.#notifyFirst());
  }

  statistics(): ConditionStatistics {
    look(this);
    return Object.freeze({ tasksWaiting: this.#waits.size, lockStatistics: this.#lock.statistics() });
  }

  async #wait(): Promise<void> {
    const frame = cancelPoint(this.#what);
    const holding = this.#held("wait()", frame);
    touch(this);
    const wait = this.#waits.enter(new LenderWait(this.#what, frame as Frame, holding));
    this.#access.lend(holding, wait);
    try {
      await wait.promise;
    } catch (error) {
      // What ended the wait comes first; that the lock is broken as well is told by whatever uses it next.
      await this.#access.takeBack(holding).catch(() => {});
      throw error;
    }
    await wait.taken;
    frame?.tell("read");
    const refused = holding.isReleased ? this.#access.released() : frame?.effective?.error;
    if (refused === undefined) return;
    // Notified, and unable to act on it: unless the next one does, the notification is lost.
    this.#notifyFirst();
    throw refused;
  }

  async #waitFor<T>(predicate: () => T): Promise<Exclude<T, Falsy>> {
    await checkpoint();
    this.#held("waitFor()", storage.getStore());
    let value = predicate();
    while (!value) {
      await this.#wait();
      value = predicate();
    }
    return value as Exclude<T, Falsy>;
  }

  /** False when nobody waits. */
  #notifyFirst(): boolean {
    touch(this);
    const wait = this.#waits.shift() as LenderWait | undefined;
    if (wait === undefined) return false;
    wait.settle();
    // In the name of the waiter, and not when it goes on: until then whoever holds the lock could take it once more.
    wait.taken = guarded(this.#access.takeBack(wait.holding));
    return true;
  }

  #held(attempted: string, frame: Frame | undefined): Holding<Task> {
    if (frame === undefined) throw new NoTaskError(`${attempted} on ${this.#what}`);
    const holding = this.#access.heldBy(frame.task);
    if (holding === undefined) throw new NotHeldError("The current task is not holding the underlying lock");
    return holding;
  }
}
