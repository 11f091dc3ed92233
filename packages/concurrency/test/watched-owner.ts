/**
 * An owner that keeps an eye on what must hold in every order of events: one task opens and closes, no two generations
 * are open at once, nothing is lent once its close has begun, and the ledger adds up.
 *
 * @module
 */
import {
  cancelShieldedCheckpoint,
  checkpoint,
  ClosedResourceError,
  currentTask,
  isCancelled,
  Owner,
  type OwnerOptions,
} from "../src/index.ts";

interface Resource {
  readonly lost: AbortController;
  isClosing: boolean;
}

/** What the owner of {@link WatchedOwner} is to do. */
export interface WatchedOptions extends OwnerOptions {
  /** The openings that fail, by their number. */
  readonly failing?: readonly number[];
}

export class WatchedOwner {
  readonly owner: Owner<Resource>;
  readonly #failure = new Error("cannot open");
  readonly #loss = new Error("lost");
  readonly #faults: string[] = [];
  #current: Resource | undefined;

  constructor({ failing = [], ...options }: WatchedOptions = {}) {
    this.owner = new Owner(
      async (own) => {
        const opener = currentTask();
        this.#mustHold(this.#current === undefined, "two generations are open at once");
        const resource = { lost: new AbortController(), isClosing: false };
        this.#current = resource;
        try {
          await checkpoint();
          if (failing.includes(own.generation)) throw this.#failure;
          return await own.publish(resource, { lost: resource.lost.signal });
        } finally {
          resource.isClosing = true;
          await cancelShieldedCheckpoint();
          this.#mustHold(currentTask() === opener, "closed by another task than the opener");
          this.#current = undefined;
        }
      },
      { name: "watched", ...options },
    );
  }

  /** Ends the life of the value that is open, where one is. */
  lose(): void {
    this.#current?.lost.abort(this.#loss);
  }

  /** Borrows, yields once, and gives back. A refusal is as good as a lease; only a cancellation passes. */
  async borrow(): Promise<void> {
    const out = this.owner.ledger().leases;
    const asked = this.owner.lease();
    const isLentAtOnce = this.owner.ledger().leases > out;
    this.#mustHold(!isLentAtOnce || this.#current?.isClosing === false, "lent after its close began");
    try {
      using lease = await asked;
      this.#mustHold(!lease.value.isClosing || lease.isLost, "the borrower of a dying value is not told");
      await checkpoint();
    } catch (error) {
      this.#rethrowUnexpected(error);
    }
  }

  /** Opens ahead, and takes a refusal for an answer as well. */
  async open(): Promise<void> {
    await this.owner.open().catch((error: unknown) => this.#rethrowUnexpected(error));
  }

  /** Throws unless the owner has closed, holds nothing, and everything held along the way. */
  check(): void {
    const { state } = this.owner.statistics();
    const { leases, waiting, timers, begun, opened, failed, cancelled, lost, idled, abandoned } = this.owner.ledger();
    this.#mustHold(state === "closed" && this.#current === undefined, "it has not closed");
    this.#mustHold(leases + waiting + timers + abandoned === 0, "the ledger is not empty");
    this.#mustHold(begun === opened + failed + cancelled && opened >= lost + idled, "the ledger does not add up");
    if (this.#faults.length > 0) throw new Error(this.#faults.join("; "));
  }

  #rethrowUnexpected(error: unknown): void {
    if (error === this.#failure || error === this.#loss || error instanceof ClosedResourceError) return;
    this.#mustHold(isCancelled(error), `borrowing threw ${String(error)}`);
    throw error;
  }

  #mustHold(holds: boolean, fault: string): void {
    if (!holds) this.#faults.push(fault);
  }
}
