/**
 * Owners: one task opens a resource, publishes it, parks, and closes it; everyone else borrows.
 *
 * @module
 */
import { runDetached } from "./context.ts";
import { OwnerContractError, RuntimeMismatchError } from "./errors.ts";
import { Generation } from "./internal/generation.ts";
import { Task } from "./internal/task.ts";
import { beginShieldedWait, beginWait, currentRuntime, rejected, type Waiter } from "./internal/waiter.ts";
import type { Lease } from "./lease.ts";
import { ClosedResourceError } from "./resource-errors.ts";
import type { Runtime } from "./runtime.ts";

declare const published: unique symbol;

/** What `publish` gives back, to be returned by the owner function: the proof that it published. */
export interface Published<T> {
  readonly [published]: T;
}

/** Options of `publish`. */
export interface PublishOptions {
  /** Says that the value died by itself: a signal that aborts, or a promise that settles either way. */
  readonly lost?: AbortSignal | PromiseLike<unknown>;
}

/** What an owner function is given. */
export interface OwnerContext {
  /** Which opening this is: 1, 2, 3, ... */
  readonly generation: number;
  /**
   * Lends the value to all who wait, and parks until the owner is to close: because it was disposed, or because the
   * value was lost. Close the value after it, in `finally`.
   *
   * **Cancellation:** rejects when the close takes longer than `closeTimeout` and the task is cancelled.
   *
   * @throws {@link OwnerContractError} on a second call.
   */
  publish<U>(value: U, options?: PublishOptions): Promise<Published<U>>;
}

/** Options of an {@link Owner}. */
export interface OwnerOptions {
  /** For errors and pictures; the function's name when absent. */
  readonly name?: string;
  /**
   * Milliseconds that closing may take before the owner's task is cancelled, and again before it is given up and
   * counted as abandoned. 5000 when absent.
   */
  readonly closeTimeout?: number;
}

/** Options of `lease`. */
export interface LeaseOptions {
  /** Leaves the queue when it aborts; the opening goes on for the others. */
  readonly signal?: AbortSignal;
}

/** What an owner has done and holds: its ledger. */
export interface OwnerStatistics {
  readonly state: "idle" | "opening" | "ready" | "closing" | "closed";
  /** The number of the last opening; 0 before the first. */
  readonly generation: number;
  /** Leases that are out. */
  readonly leases: number;
  /** Tasks that wait for a lease. */
  readonly waiting: number;
  /** Errors of openings that failed and closings that failed, oldest first; at most the last 16. */
  readonly failures: readonly unknown[];
  /** Closings that did not end in time and were given up. */
  readonly abandoned: number;
}

/** What became of the borrowers when an owner was drained. */
export interface DrainReport {
  /** Whether every lease came back in time. */
  readonly drained: boolean;
  /** Leases that were lost because it was not. */
  readonly lost: number;
}

const CLOSE_TIMEOUT = 5_000;
const FAILURES_KEPT = 16;

/**
 * A resource with one owner task. The function opens the resource, publishes it and closes it, all in the same task,
 * once for each generation; `lease()` opens it on first use, and again after it was lost.
 *
 * The owner is a root task: it inherits the runtime of whoever comes first, and neither scope nor context. N first
 * uses share one opening and, if that fails, its one error, which goes to them alone. A new generation opens only
 * when the one before has been closed.
 *
 * **Cancellation:** of a borrower never reaches the owner, nor its neighbours.
 *
 * ```ts run
 * import { Owner } from "@holdfast/concurrency";
 * const log: string[] = [];
 * await using owner = new Owner(async (own) => {
 *   log.push("open");
 *   try {
 *     return await own.publish("the resource");
 *   } finally {
 *     log.push("close");
 *   }
 * });
 * using lease = await owner.lease();
 * lease.value; // => "the resource"
 * log; // => ["open"]
 * ```
 */
export class Owner<T> implements AsyncDisposable {
  readonly name: string;
  readonly #fn: (own: OwnerContext) => PromiseLike<Published<T>>;
  readonly #closeTimeout: number;
  readonly #waits = new Set<Waiter<Lease<T>>>();
  readonly #returnWaits = new Set<Waiter<void>>();
  readonly #closeWaits = new Set<Waiter<void>>();
  readonly #failures: unknown[] = [];
  #generation: Generation<T> | undefined;
  #number = 0;
  #abandoned = 0;
  #isShut = false;

  constructor(fn: (own: OwnerContext) => PromiseLike<Published<T>>, options: OwnerOptions = {}) {
    const { name = fn.name === "" ? "owner" : fn.name, closeTimeout = CLOSE_TIMEOUT } = options;
    checkTimeout("closeTimeout is a time", closeTimeout);
    this.#fn = fn;
    this.name = name;
    this.#closeTimeout = closeTimeout;
  }

  /**
   * Borrows the resource, opening it when it is not open.
   *
   * **Cancellation:** leaves the queue; an opening under way goes on.
   *
   * @throws the error of the opening; {@link ClosedResourceError} once the owner is closed or drains;
   * {@link RuntimeMismatchError} from another runtime than the one that the open resource lives on.
   */
  lease(options: LeaseOptions = {}): Promise<Lease<T>> {
    const { signal } = options;
    if (signal?.aborted === true) return rejected(signal.reason);
    try {
      const generation = this.#generation;
      const runtime = currentRuntime();
      if (this.#isShut) throw new ClosedResourceError(`leasing from ${this.name}, which is closed; make a new owner`);
      if (generation !== undefined && generation.runtime !== runtime) {
        throw new RuntimeMismatchError(
          `leasing ${this.name} from the ${runtime.name} runtime, and it is open on the ${generation.runtime.name} one`,
        );
      }
      const wait = beginWait<Lease<T>>(`a lease of ${this.name}`);
      if (generation?.isPublished === true && !generation.isStopping) wait.settle(generation.lend());
      else this.#enqueue(wait, runtime, signal);
      return wait.promise;
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * Borrows for the length of a callback.
   *
   * **Cancellation:** as `lease`, then as the callback's own.
   */
  async withLease<R>(fn: (value: T, lease: Lease<T>) => PromiseLike<R> | R, options?: LeaseOptions): Promise<R> {
    using lease = await this.lease(options);
    return await fn(lease.value, lease);
  }

  /**
   * Refuses new leases, waits until those that are out have come back, then closes. Those still out after `timeout`
   * milliseconds are lost.
   *
   * **Cancellation:** ends the waiting; the close that follows is shielded.
   *
   * @throws {@link RangeError} for a timeout that is negative or not a number.
   */
  async drain(timeout: number = Infinity): Promise<DrainReport> {
    checkTimeout("drain() takes a timeout", timeout);
    this.#shut();
    const generation = this.#generation;
    let lost = 0;
    try {
      if (generation !== undefined && generation.leases.size > 0) await this.#allReturned(timeout);
    } finally {
      lost = generation?.leases.size ?? 0;
      await this.close();
    }
    return Object.freeze({ drained: lost === 0, lost });
  }

  /**
   * Closes for good: waiters and leases that are out are told, the owner task closes the resource. Resolves when it
   * has, or when that took too long and was given up; never rejects. A failing close stands in `statistics()`.
   *
   * **Cancellation:** shielded.
   */
  async close(): Promise<void> {
    this.#shut();
    const generation = this.#generation;
    if (generation === undefined) return;
    generation.stop(new ClosedResourceError(`${this.name} was closed`));
    const ended = beginShieldedWait<void>(`${this.name} to close`);
    this.#closeWaits.add(ended);
    await ended.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  statistics(): OwnerStatistics {
    return Object.freeze({
      state: this.#state(),
      generation: this.#number,
      leases: this.#generation?.leases.size ?? 0,
      waiting: this.#waits.size,
      failures: Object.freeze([...this.#failures]),
      abandoned: this.#abandoned,
    });
  }

  #state(): OwnerStatistics["state"] {
    const generation = this.#generation;
    if (generation === undefined) return this.#isShut ? "closed" : "idle";
    if (generation.isStopping) return "closing";
    return generation.isPublished ? "ready" : "opening";
  }

  #enqueue(wait: Waiter<Lease<T>>, runtime: Runtime, signal: AbortSignal | undefined): void {
    this.#waits.add(wait);
    wait.onCancel = () => this.#waits.delete(wait);
    if (signal !== undefined) {
      const leave = (): void => {
        this.#waits.delete(wait);
        wait.fail(signal.reason);
      };
      const forget = (): void => signal.removeEventListener("abort", leave);
      signal.addEventListener("abort", leave, { once: true });
      wait.promise.then(forget, forget);
    }
    if (this.#generation === undefined) this.#open(runtime);
  }

  #open(runtime: Runtime): void {
    this.#number += 1;
    const generation: Generation<T> = new Generation<T>(this.#number, this.name, runtime, this.#closeTimeout, {
      returned: () => this.#returned(),
      overdue: () => this.#abandon(generation),
    });
    this.#generation = generation;
    const context: OwnerContext = {
      generation: generation.number,
      publish: (value, options) => {
        const parked = this.#publish(generation, value, options);
        // The function may leave it un-awaited and fail: that failure is told in its own place.
        parked.then(undefined, () => {});
        return parked as Promise<never>;
      },
    };
    runDetached(() => {
      const fn = this.#fn;
      const keeper = { taskDone: (task: Task) => this.#done(generation, task) };
      generation.task = new Task(() => fn(context), keeper, runtime, undefined, this.name, undefined);
      generation.task.start();
    });
  }

  async #publish(generation: Generation<T>, value: unknown, options: PublishOptions = {}): Promise<object> {
    if (generation.isPublished || this.#generation !== generation) {
      const what = generation.isPublished ? "a second time in one run of" : "after the end of the function of";
      generation.breach = new OwnerContractError(`publish() ${what} ${this.name}; the function publishes once`);
      throw generation.breach;
    }
    const park = beginWait<object>(`${this.name} to be closed`);
    generation.publish(value as T, park);
    // Lost first: a value that is dead on arrival is a failed opening, and must not be lent.
    this.#watch(generation, options.lost);
    if (generation.isStopping) this.#failWaits(generation.lostReason);
    else this.#serveWaits(generation);
    try {
      return await park.promise;
    } catch (error) {
      // The function has left the park by itself and is about to close the value: nobody may borrow it any more.
      generation.stop(error);
      throw error;
    }
  }

  #watch(generation: Generation<T>, lost: AbortSignal | PromiseLike<unknown> | undefined): void {
    if (lost === undefined) return;
    const lose = (reason: unknown): void => generation.stop(reason ?? new ClosedResourceError(`${this.name} was lost`));
    if (!(lost instanceof AbortSignal)) {
      Promise.resolve(lost).then(lose, lose);
      return;
    }
    const onAbort = (): void => lose(lost.reason);
    lost.addEventListener("abort", onAbort, { once: true });
    generation.unwatch = () => lost.removeEventListener("abort", onAbort);
    if (lost.aborted) onAbort();
  }

  /** The owner function has ended, one way or another. */
  #done(generation: Generation<T>, task: Task): void {
    const failure = this.#failureOf(generation, task);
    if (failure !== undefined) {
      this.#failures.push(failure);
      if (this.#failures.length > FAILURES_KEPT) this.#failures.shift();
    }
    if (!generation.isPublished && failure !== undefined && this.#generation === generation) this.#failWaits(failure);
    this.#end(generation, failure);
  }

  #failureOf(generation: Generation<T>, task: Task): unknown {
    if (task.outcome === "failed")
      return task.result ?? new OwnerContractError(`the function of ${this.name} threw nothing`);
    if (generation.breach !== undefined) return generation.breach;
    // A close that had to be cut short has failed; an opening that was told to stop has not.
    if (task.outcome === "cancelled") return generation.isPublished ? task.result : undefined;
    if (generation.isPublished && task.result === generation.token) return undefined;
    const what = generation.isPublished
      ? "returned something else than what publish() gave"
      : "returned without publishing";
    return new OwnerContractError(`the function of ${this.name} ${what}; return await own.publish(value)`);
  }

  #abandon(generation: Generation<T>): void {
    this.#abandoned += 1;
    this.#end(generation, undefined);
  }

  #end(generation: Generation<T>, failure: unknown): void {
    generation.end(failure ?? new ClosedResourceError(`${this.name} has ended`));
    // One that was given up may end late, when the next is open already.
    if (this.#generation !== generation) return;
    this.#generation = undefined;
    for (const wait of this.#closeWaits) wait.settle();
    this.#closeWaits.clear();
    const [next] = this.#waits;
    if (next !== undefined) this.#open(next.runtime);
  }

  #shut(): void {
    if (this.#isShut) return;
    this.#isShut = true;
    this.#failWaits(new ClosedResourceError(`leasing from ${this.name}, which was closed meanwhile; make a new owner`));
  }

  #serveWaits(generation: Generation<T>): void {
    const waits = [...this.#waits];
    this.#waits.clear();
    for (const wait of waits) wait.settle(generation.lend());
  }

  #failWaits(error: unknown): void {
    const waits = [...this.#waits];
    this.#waits.clear();
    for (const wait of waits) wait.fail(error);
  }

  async #allReturned(timeout: number): Promise<void> {
    const wait = beginWait<void>(`the leases of ${this.name}`);
    this.#returnWaits.add(wait);
    const { runtime } = wait;
    const timer = runtime.setTimer(runtime.now() + timeout, () => wait.settle());
    try {
      await wait.promise;
    } finally {
      runtime.clearTimer(timer);
      this.#returnWaits.delete(wait);
    }
  }

  #returned(): void {
    for (const wait of this.#returnWaits) wait.settle();
  }
}

function checkTimeout(what: string, value: number): void {
  if (typeof value === "number" && value >= 0) return;
  throw new RangeError(`${what} in milliseconds from 0 up, and ${String(value)} is not one`);
}
