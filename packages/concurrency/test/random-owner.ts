/**
 * An owner whose function does anything that a function can do, right or wrong, as chance has it; and borrowers that do
 * the same.
 *
 * @module
 */
import {
  type Lease,
  moveOnAfter,
  Owner,
  type OwnerContext,
  type OwnerOptions,
  type Published,
  shielded,
  sleep,
} from "../src/index.ts";

/** A whole number from 0 up, below the limit. */
export type Chance = (limit: number) => number;

type Result = PromiseLike<Published<number>>;

/** What comes of the value: each way of dying by itself is tried at some time. */
class Value {
  readonly signal = new AbortController();
  readonly end = Promise.withResolvers<unknown>();

  constructor() {
    // Not every value is watched through its promise.
    this.end.promise.then(undefined, () => {});
  }
}

export class RandomOwner {
  readonly owner: Owner<number>;
  readonly #chance: Chance;
  readonly #held: Lease<number>[] = [];
  #value: Value | undefined;

  constructor(chance: Chance) {
    this.#chance = chance;
    const options: OwnerOptions = {
      closeTimeout: [0, 5, 20][chance(3)] as number,
      idleTimeout: [Infinity, 0, 3, 10][chance(4)] as number,
      maxAttempts: [1, 2, 4][chance(3)] as number,
      ...(chance(2) === 0 ? {} : { backoff: { initial: 2, max: 10 } }),
    };
    this.owner = new Owner((own) => this.#run(own), options);
  }

  /** Throws unless every opening that was begun is accounted for. */
  check(): void {
    const { leases, begun, opened, failed, cancelled, lost, idled } = this.owner.ledger();
    const { state } = this.owner.statistics();
    const ended = opened + failed + cancelled + (state === "opening" ? 1 : 0);
    if (begun !== ended || opened < lost + idled || leases < 0) {
      throw new Error(`the ledger does not add up: ${state} ${JSON.stringify(this.owner.ledger())}`);
    }
  }

  /** One act of one borrower. */
  async act(): Promise<void> {
    const chance = this.#chance;
    switch (chance(8)) {
      case 0:
        return void this.#held.push(await this.owner.lease());
      case 1:
        return this.#held.splice(chance(this.#held.length + 1), 1)[0]?.release();
      case 2:
        return this.#value?.signal.abort(new Error("lost"));
      case 3:
        return chance(2) === 0 ? this.#value?.end.resolve("over") : this.#value?.end.reject(undefined);
      case 4:
        return await moveOnAfter(chance(10), () => this.owner.open());
      case 5:
        return await this.#leaseUntilAborted();
      default: {
        using lease = await this.owner.lease();
        await sleep(chance(8));
        if (lease.isLost !== lease.lost.aborted) throw new Error("a lease that is lost and one that is not");
      }
    }
  }

  /** Ends it in one of the ways there are, and gives back what is still out. */
  async end(): Promise<void> {
    const { owner } = this;
    if (this.#chance(2) === 0) await Promise.all([owner.drain(this.#chance(20)), owner.close()]);
    else await owner.drain(this.#chance(20));
    for (const lease of this.#held) lease.release();
  }

  async #leaseUntilAborted(): Promise<void> {
    const controller = new AbortController();
    await Promise.all([
      this.owner.lease({ signal: controller.signal }).then((lease) => lease.release()),
      sleep(this.#chance(3)).then(() => controller.abort(new Error("no longer wanted"))),
    ]);
  }

  #run(own: OwnerContext): Result {
    switch (this.#chance(14)) {
      case 0:
        // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- what a function may do
        throw undefined;
      case 1:
        // oxlint-disable-next-line unicorn/no-thenable -- a thenable of another make
        return { then: (_: unknown, reject: (error: unknown) => void) => reject(new Error("foreign")) } as Result;
      case 2:
        return 5 as never;
      case 3:
        return sleep(3).then(() => Promise.reject(new Error("refused")));
      case 4:
        return own.publish(0, { lost: AbortSignal.abort("dead on arrival") });
      case 5:
        return sleep(1) as never;
      default:
        return this.#open(own, this.#chance(8));
    }
  }

  async #open(own: OwnerContext, way: number): Promise<Published<number>> {
    const chance = this.#chance;
    if (way === 0) await shielded(() => sleep(chance(60)));
    else await sleep(chance(4));
    const value = new Value();
    this.#value = value;
    try {
      if (way === 1) void own.publish(1);
      if (way === 2) return (await moveOnAfter(chance(20), () => own.publish(2))) as Published<number>;
      return await own.publish(3, { lost: chance(2) === 0 ? value.signal.signal : value.end.promise });
    } finally {
      if (way === 3) await shielded(() => sleep(chance(50)));
      else if (way === 4) await new Promise(() => {});
      else await sleep(chance(3));
      // oxlint-disable-next-line no-unsafe-finally -- a close that fails
      if (way === 5) throw new Error("cannot close");
    }
  }
}
