/**
 * The books of an owner: what became of each generation, and the last of the errors.
 *
 * @module
 */
import type { OwnerLedger } from "../owner-statistics.ts";

/**
 * What became of a generation. Before it was open: it `failed`, or a close `cancelled` it. After that: it was `lost`,
 * or ended by a close (`closed`) or for want of borrowers (`idled`).
 */
export type Fate = "failed" | "cancelled" | "lost" | "closed" | "idled";

/** The part of the ledger that only grows. */
type Totals = Omit<OwnerLedger, "leases" | "waiting" | "timers">;

const FAILURES_KEPT = 16;

export class Ledger {
  readonly #failures: unknown[] = [];
  readonly #fates: Record<Fate, number> = { failed: 0, cancelled: 0, lost: 0, closed: 0, idled: 0 };
  #begun = 0;
  #opened = 0;
  #abandoned = 0;

  get begun(): number {
    return this.#begun;
  }

  get abandonedCount(): number {
    return this.#abandoned;
  }

  get failures(): readonly unknown[] {
    return Object.freeze([...this.#failures]);
  }

  /** Gives the number of the opening that begins. */
  begin(): number {
    return ++this.#begun;
  }

  opened(): void {
    this.#opened += 1;
  }

  ended(fate: Fate): void {
    this.#fates[fate] += 1;
  }

  abandoned(): void {
    this.#abandoned += 1;
  }

  failed(error: unknown): void {
    this.#failures.push(error);
    if (this.#failures.length > FAILURES_KEPT) this.#failures.shift();
  }

  totals(): Totals {
    const { failed, cancelled, lost, idled } = this.#fates;
    return { begun: this.#begun, opened: this.#opened, failed, cancelled, lost, idled, abandoned: this.#abandoned };
  }
}
