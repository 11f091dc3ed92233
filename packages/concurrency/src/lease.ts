/**
 * A lease: the right to use what an owner opened, for as long as the borrower holds it or the thing lives.
 *
 * @module
 */
import { runDetached } from "./context.ts";
import type { Generation } from "./internal/generation.ts";
import type { LeasePlace } from "./internal/lease-list.ts";
import { look, made, touch } from "./internal/touch.ts";
import { ClosedResourceError } from "./resource-errors.ts";

/**
 * A borrowed value, bound to one generation of its owner. Release it when done; `using` does. Whoever releases need
 * not be who borrowed.
 */
export class Lease<T> implements Disposable {
  /** Which opening of the resource this is: 1, 2, 3, ... */
  readonly generation: number;
  readonly #of: Generation<T>;
  #lost: AbortController | undefined;
  readonly #place: LeasePlace<T>;
  #lostReason: unknown;
  #released = false;

  /** Made by `Owner.lease()`. */
  constructor(generation: Generation<T>) {
    made(this);
    this.#of = generation;
    this.#place = generation.leases.add(this);
    this.generation = generation.number;
  }

  /**
   * What the owner published.
   *
   * @throws {@link ClosedResourceError} after the release.
   */
  get value(): T {
    look(this);
    if (this.#released) {
      throw new ClosedResourceError(`using a lease of ${this.#of.name} after its release; take a new lease`);
    }
    return this.#of.value as T;
  }

  /**
   * Aborts when the generation dies or is closed under the lease; its reason says which. Give it to whatever stops on a
   * signal, a cancel scope among them. Its listeners run outside every task, whoever closes. What becomes of the value
   * after the release is no concern of the lease.
   */
  get lost(): AbortSignal {
    touch(this);
    if (this.#lost === undefined) {
      this.#lost = new AbortController();
      if (this.isLost) this.#lost.abort(this.#lostReason);
    }
    return this.#lost.signal;
  }

  /** Whether the generation died or was closed before the release. */
  get isLost(): boolean {
    look(this);
    return this.#lostReason !== undefined;
  }

  get isReleased(): boolean {
    look(this);
    return this.#released;
  }

  /** Gives the value back. Synchronous and idempotent, so no cancellation can come between; never throws. */
  release(): void {
    touch(this);
    this.#released = true;
    this.#of.release(this.#place);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  /** Called by the generation when it dies. */
  static lose(lease: Lease<unknown>, reason: unknown): void {
    touch(lease, lease.#of.runtime);
    lease.#lostReason = reason;
    const controller = lease.#lost;
    // Detached: listeners of the borrower's must not run in the task of whoever closes, which may be cancelled or done.
    if (controller !== undefined) runDetached(() => controller.abort(reason));
  }
}
