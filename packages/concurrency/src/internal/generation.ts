/**
 * One opening of an owned resource: its value, its leases, and the task that will close it. The leases are a set, not
 * a number: a number can disagree with the facts, and then nobody closes, or somebody closes twice.
 *
 * @module
 */
import { Lease } from "../lease.ts";
import type { Runtime } from "../runtime.ts";
import { Cancellation } from "./cancellation.ts";
import type { Task } from "./task.ts";
import type { Waiter } from "./waiter.ts";

export class Generation<T> {
  readonly number: number;
  readonly name: string;
  readonly runtime: Runtime;
  /** What `publish` gives back; the owner function must return this very object. */
  readonly token: object = Object.freeze({});
  task!: Task;
  value: T | undefined;
  isPublished: boolean = false;
  lostReason: unknown;
  readonly leases: Set<Lease<T>> = new Set();
  readonly #onReturned: () => void;
  #park: Waiter<unknown> | undefined;
  #stopReason: unknown;

  constructor(number: number, name: string, runtime: Runtime, onReturned: () => void) {
    this.number = number;
    this.name = name;
    this.runtime = runtime;
    this.#onReturned = onReturned;
  }

  get isStopping(): boolean {
    return this.#stopReason !== undefined;
  }

  publish(value: T, park: Waiter<unknown>): void {
    this.value = value;
    this.isPublished = true;
    this.#park = park;
  }

  lend(): Lease<T> {
    const lease = new Lease<T>(this);
    this.leases.add(lease);
    return lease;
  }

  release(lease: Lease<T>): void {
    this.leases.delete(lease);
    if (this.leases.size === 0) this.#onReturned();
  }

  /**
   * Asks the owner function to close: it returns from `publish`, or is cancelled while it is still opening. Leases
   * that are out are told that they are lost.
   */
  stop(reason: unknown): void {
    if (this.isStopping) return;
    this.#stopReason = reason;
    this.settle(reason);
    if (this.#park === undefined) this.cancel(reason);
    else this.#park.settle(this.token);
  }

  /** Cancels the owner function's waits: the second, harder way to ask. */
  cancel(reason: unknown): void {
    this.task.cancel(new Cancellation("closed", reason, this.name));
  }

  /** Tells the borrowers that the value is gone, and forgets them. */
  settle(reason: unknown): void {
    if (this.lostReason !== undefined) return;
    this.lostReason = reason;
    const leases = [...this.leases];
    this.leases.clear();
    for (const lease of leases) Lease.lose(lease, reason);
    if (leases.length > 0) this.#onReturned();
  }
}
