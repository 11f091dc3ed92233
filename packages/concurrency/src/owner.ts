/**
 * Owners: one task opens a resource, publishes it, parks, and closes it; everyone else borrows.
 *
 * @module
 */
import { OwnerContractError, RuntimeMismatchError } from "./errors.ts";
import { checkSignal } from "./internal/abort-listeners.ts";
import { Backoff } from "./internal/backoff.ts";
import { Drains } from "./internal/drains.ts";
import { Generation } from "./internal/generation.ts";
import { guardedCall } from "./internal/guarded.ts";
import { Ledger } from "./internal/ledger.ts";
import { LeaseQueue, type Serve } from "./internal/lease-queue.ts";
import { TimerSlot } from "./internal/timer-slot.ts";
import { look, made, touch } from "./internal/touch.ts";
import { beginShieldedWait, beginWait, currentRuntime, rejected, type Waiter } from "./internal/waiter.ts";
import type { Lease } from "./lease.ts";
import type { OwnerFunction } from "./owner-context.ts";
import {
  checkTimeout,
  type LeaseOptions,
  type OwnerOptions,
  ownerSettings,
  type OwnerSettings,
} from "./owner-options.ts";
import type { DrainReport, OwnerLedger, OwnerState, OwnerStatistics } from "./owner-statistics.ts";
import { ClosedResourceError } from "./resource-errors.ts";
import type { Runtime } from "./runtime.ts";

/**
 * A resource with one owner task. The function opens the resource, publishes it and closes it, all in the same task,
 * once for each generation; `lease()` opens it on first use, and again after it was lost or closed for idleness.
 *
 * The owner is a root task: it inherits the runtime of whoever comes first, and neither scope nor context. N first
 * uses share one opening and, if that fails, its one error, which goes to them alone. A new generation opens only
 * when the one before has been closed, or given up. An opening goes on when all who waited for it have left, and the
 * resource then stays open for the next, for `idleTimeout` at most.
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
  readonly #settings: OwnerSettings<T>;
  readonly #backoff: Backoff | undefined;
  readonly #ledger = new Ledger();
  readonly #queue = new LeaseQueue<T>(this, () => this.#lastLeft());
  readonly #drains: Drains;
  readonly #closeWaits = new Set<Waiter<void>>();
  /** Armed while somebody waits and the next opening may not begin yet. */
  readonly #pause = new TimerSlot();
  readonly #leaseWait: string;
  readonly #openWait: string;
  #generation: Generation<T> | undefined;
  /** Openings that failed since somebody began to wait. */
  #attempts = 0;
  #isShut = false;

  /** @throws {@link RangeError} for a time, factor, share or number of attempts that cannot be. */
  constructor(fn: OwnerFunction<T>, options: OwnerOptions = {}) {
    made(this);
    this.#settings = ownerSettings(fn, options);
    this.#backoff = options.backoff === undefined ? undefined : new Backoff(options.backoff);
    this.#drains = new Drains(this, `the leases of ${this.name}`);
    this.#leaseWait = `a lease of ${this.name}`;
    this.#openWait = `${this.name} to be open`;
  }

  get name(): string {
    return this.#settings.name;
  }

  /**
   * Borrows the resource, opening it when it is not open. A checkpoint, also when it is.
   *
   * **Cancellation:** leaves the queue; an opening under way goes on.
   *
   * **Ordering:** those who wait get their leases in the order in which they asked.
   *
   * @throws the error of the opening; {@link ClosedResourceError} once the owner is closed or drains;
   * {@link RuntimeMismatchError} from another runtime than the one that the resource lives on, or is about to;
   * {@link OwnerContractError} in the owner function while nothing is published: it would wait for itself.
   */
  lease(options: LeaseOptions = {}): Promise<Lease<T>> {
    return this.#enter<Lease<T>>("leasing from", this.#leaseWait, lend, options);
  }

  /**
   * Borrows the resource if it is open for the running code, and gives undefined if it is not: for those who would not wait, or
   * wait with {@link Owner.lease} after that. Never a checkpoint, so a loop of it must yield elsewhere.
   */
  tryLease(): Lease<T> | undefined {
    look(this);
    const generation = this.#generation;
    if (this.#isShut || generation?.isReady !== true || generation.runtime !== currentRuntime()) return undefined;
    generation.tellLease();
    return generation.lend();
  }

  /**
   * Opens the resource, where it is not open, and waits until it is; borrows nothing. For a program that would rather
   * fail when it starts than at the first use. A checkpoint, also when the resource is open.
   *
   * **Cancellation:** as `lease`.
   *
   * @throws as `lease`.
   */
  open(options: LeaseOptions = {}): Promise<void> {
    return this.#enter<void>("opening", this.#openWait, letGo, options);
  }

  /**
   * Borrows for the length of a callback.
   *
   * **Cancellation:** as `lease`, then as the callback's own.
   */
  withLease<R>(fn: (value: T, lease: Lease<T>) => PromiseLike<R> | R, options?: LeaseOptions): Promise<R> {
    return guardedCall(async () => {
      using lease = await this.lease(options);
      return await fn(lease.value, lease);
    });
  }

  /**
   * Refuses new leases, waits until those that are out have come back, then closes. Those still out after `timeout`
   * milliseconds are lost.
   *
   * **Cancellation:** ends the waiting; the close that follows is shielded. No cancel point when no lease is out.
   *
   * @throws {@link RangeError} for a timeout that is negative or not a number.
   */
  async drain(timeout: number = Infinity): Promise<DrainReport> {
    checkTimeout("drain() takes a timeout", timeout);
    touch(this);
    this.#shut();
    const generation = this.#generation;
    const lostBefore = generation?.lostLeases ?? 0;
    try {
      if (generation !== undefined && generation.leases.size > 0) await this.#drains.allReturned(timeout);
    } finally {
      await this.close();
    }
    const lost = (generation?.lostLeases ?? 0) - lostBefore;
    return Object.freeze({ drained: lost === 0, lost });
  }

  /**
   * Closes for good: waiters and leases that are out are told, the owner task closes the resource. Resolves when it
   * has, or when that took too long and was given up; never rejects. A failing close stands in `statistics()`. Any task
   * of any runtime may call it. In the owner function, and in tasks below it, it asks for the close and does not wait: it
   * would wait for itself.
   *
   * **Cancellation:** shielded, and so no cancel point. It does not yield where there is nothing to close.
   */
  async close(): Promise<void> {
    touch(this);
    this.#shut();
    const generation = this.#generation;
    if (generation === undefined) return;
    generation.stop("closed", new ClosedResourceError(`${this.name} was closed`));
    if (generation.isAroundCaller) return;
    const ended = beginShieldedWait<void>(`${this.name} to close`);
    this.#closeWaits.add(ended);
    await ended.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  statistics(): OwnerStatistics {
    // Leases commute, and only who counts them tells them apart.
    touch(this);
    return Object.freeze({
      state: this.#state(),
      generation: this.#ledger.begun,
      leases: this.#generation?.leases.size ?? 0,
      waiting: this.#queue.size,
      failures: this.#ledger.failures,
      abandoned: this.#ledger.abandonedCount,
    });
  }

  /** What the owner holds, and what became of its generations. */
  ledger(): OwnerLedger {
    touch(this);
    return Object.freeze({
      leases: this.#generation?.leases.size ?? 0,
      waiting: this.#queue.size,
      timers: Number(this.#pause.isArmed) + this.#drains.timers + (this.#generation?.timers ?? 0),
      ...this.#ledger.totals(),
    });
  }

  #state(): OwnerState {
    const generation = this.#generation;
    if (generation?.fate !== undefined) return "closing";
    if (generation !== undefined) return generation.isReady ? "ready" : "opening";
    if (this.#pause.isArmed) return "backing-off";
    return this.#isShut ? "closed" : "idle";
  }

  #enter<V>(attempted: string, what: string, serve: Serve<T, V>, { signal }: LeaseOptions): Promise<V> {
    try {
      if (signal !== undefined && checkSignal(signal).aborted) return rejected(signal.reason);
      look(this);
      if (this.#isShut) throw new ClosedResourceError(`${attempted} ${this.name}, which is closed; make a new owner`);
      this.#checkRuntime(attempted, currentRuntime());
      const generation = this.#generation;
      const isReady = generation?.isReady === true;
      if (!isReady && generation?.isCaller === true) {
        throw new OwnerContractError(
          `${attempted} ${this.name} in its own function, which would wait for itself; use what the function opened`,
        );
      }
      const wait = beginWait<V>(what);
      if (isReady) {
        generation.tellLease();
        serve(generation, wait);
      } else {
        touch(this);
        this.#queue.add(wait, serve, signal);
        if (generation === undefined) this.#openNext();
      }
      return wait.promise;
    } catch (error) {
      return rejected(error);
    }
  }

  #checkRuntime(attempted: string, runtime: Runtime): void {
    const home = this.#generation?.runtime ?? this.#pause.runtime;
    if (home === undefined || home === runtime) return;
    const state = this.#state();
    throw new RuntimeMismatchError(
      `${attempted} ${this.name} on the ${runtime.name} runtime, and it is ${state} on the ${home.name} one`,
    );
  }

  /** Begins an opening for those who wait: now, or when the backoff allows it. */
  #openNext(): void {
    const runtime = this.#queue.first?.runtime;
    if (runtime === undefined || this.#pause.isArmed) return;
    const delay = this.#backoff?.remaining(runtime) ?? 0;
    // Tried again at once, an opening that fails at once would never let the event loop turn.
    if (delay > 0 || this.#attempts > 0) this.#pause.arm(runtime, delay, () => this.#open(runtime));
    else this.#open(runtime);
  }

  #open(runtime: Runtime): void {
    touch(this, runtime);
    const generation: Generation<T> = new Generation<T>(this, runtime, this.#settings, this.#ledger, {
      ready: () => {
        this.#attempts = 0;
        this.#queue.serveAll(generation);
      },
      openingFailed: (error) => this.#openingFailed(error),
      returned: () => this.#drains.end(),
      ended: () => this.#ended(generation),
    });
    this.#generation = generation;
    generation.start();
  }

  #openingFailed(error: unknown): void {
    if (this.#queue.size === 0) return;
    this.#attempts += 1;
    // A function that breaks its contract will do so again; anything else may go better the next time.
    if (this.#attempts < this.#settings.maxAttempts && !(error instanceof OwnerContractError)) return;
    this.#attempts = 0;
    this.#queue.failAll(error);
  }

  #ended({ runtime, fate, life }: Generation<T>): void {
    this.#generation = undefined;
    if (fate === "failed" || fate === "lost") this.#backoff?.failed(runtime, life);
    else this.#backoff?.succeeded();
    for (const wait of this.#closeWaits) wait.settle();
    this.#closeWaits.clear();
    this.#openNext();
  }

  /** Nobody waits any more: an opening under way goes on, but none is begun. */
  #lastLeft(): void {
    this.#attempts = 0;
    this.#pause.disarm();
  }

  #shut(): void {
    if (this.#isShut) return;
    this.#isShut = true;
    this.#pause.disarm();
    this.#queue.failAll(
      new ClosedResourceError(`waiting for ${this.name}, which was closed meanwhile; make a new owner`),
    );
  }
}

function lend<T>(generation: Generation<T>, wait: Waiter<Lease<T>>): void {
  wait.settle(generation.lend());
}

function letGo(_generation: unknown, wait: Waiter<void>): void {
  wait.settle();
}
