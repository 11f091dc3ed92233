/**
 * One opening of an owned resource: its value, its leases, and the task that will close it. The leases are a set, not
 * a number: a number can disagree with the facts, and then nobody closes, or somebody closes twice.
 *
 * @module
 */
import { Lease } from "../lease.ts";
import type { Runtime, Timer } from "../runtime.ts";
import { Cancellation } from "./cancellation.ts";
import type { Task } from "./task.ts";
import type { Waiter } from "./waiter.ts";

/** What a generation tells its owner. */
export interface GenerationEvents {
  /** The last lease that was out has come back, or all of them were lost. */
  returned(): void;
  /** The owner function was asked to close, then cancelled, and has ended neither time within `closeTimeout`. */
  overdue(): void;
}

export class Generation<T> {
  readonly number: number;
  readonly name: string;
  readonly runtime: Runtime;
  /** What `publish` gives back; the owner function must return this very object. */
  readonly token: object = Object.freeze({});
  task!: Task;
  value: T | undefined;
  isPublished: boolean = false;
  /** Why the value is no more; undefined while it lives. */
  lostReason: unknown;
  /** A breach of the contract by the owner function, kept in case it hides the error. */
  breach: Error | undefined;
  /** Stops listening for the loss of the value. */
  unwatch: (() => void) | undefined;
  readonly leases: Set<Lease<T>> = new Set();
  readonly #closeTimeout: number;
  readonly #events: GenerationEvents;
  #park: Waiter<object> | undefined;
  #isStopping = false;
  #timer: Timer | undefined;

  constructor(number: number, name: string, runtime: Runtime, closeTimeout: number, events: GenerationEvents) {
    this.number = number;
    this.name = name;
    this.runtime = runtime;
    this.#closeTimeout = closeTimeout;
    this.#events = events;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  publish(value: T, park: Waiter<object>): void {
    this.value = value;
    this.isPublished = true;
    this.#park = park;
    // Asked to close while a shield kept the cancellation out.
    if (this.#isStopping) park.settle(this.token);
  }

  lend(): Lease<T> {
    const lease = new Lease<T>(this);
    this.leases.add(lease);
    return lease;
  }

  release(lease: Lease<T>): void {
    if (this.leases.delete(lease) && this.leases.size === 0) this.#events.returned();
  }

  /**
   * Asks the owner function to close: it returns from `publish`, or is cancelled while it is still opening. Leases
   * that are out are told that they are lost. One that does not end in time is cancelled, and then given up.
   */
  stop(reason: unknown): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.lose(reason);
    if (this.#park === undefined) this.#cancel(reason);
    else this.#park.settle(this.token);
    this.#after(() => {
      this.#cancel(`closing took longer than ${this.#closeTimeout} ms`);
      this.#after(() => this.#events.overdue());
    });
  }

  /** Tells the borrowers that the value is gone, and forgets them. */
  lose(reason: unknown): void {
    if (this.lostReason !== undefined) return;
    this.lostReason = reason;
    const leases = [...this.leases];
    this.leases.clear();
    for (const lease of leases) Lease.lose(lease, reason);
    if (leases.length > 0) this.#events.returned();
  }

  /** The owner function has ended, or is given up. */
  end(reason: unknown): void {
    if (this.#timer !== undefined) this.runtime.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#isStopping = true;
    this.unwatch?.();
    this.unwatch = undefined;
    this.lose(reason);
  }

  #cancel(reason: unknown): void {
    this.task.cancel(new Cancellation("closed", reason, this.name));
  }

  #after(then: () => void): void {
    this.#timer = this.runtime.setTimer(this.runtime.now() + this.#closeTimeout, then);
  }
}
