/**
 * The delays between openings that fail: each longer than the one before, up to a limit, and shortened by chance.
 *
 * @module
 */
import type { BackoffOptions } from "../owner-options.ts";
import type { Runtime } from "../runtime.ts";

const INITIAL = 100;
const FACTOR = 2;
const MAX = 30_000;
const JITTER = 0.5;

export class Backoff {
  readonly #initial: number;
  readonly #factor: number;
  readonly #max: number;
  readonly #jitter: number;
  /** The delay after the next failure, before chance has shortened it. */
  #next: number;
  /** When the next opening may begin, and whose clock that is: a time says nothing on another runtime. */
  #notBefore: { readonly runtime: Runtime; readonly at: number } | undefined;

  /** @throws RangeError */
  constructor({ initial = INITIAL, factor = FACTOR, max = MAX, jitter = JITTER }: BackoffOptions) {
    check("backoff.max is a finite number of milliseconds from 0 up", max, 0, Number.MAX_VALUE);
    check(`backoff.initial is a number of milliseconds from 0 to max, here ${max}`, initial, 0, max);
    check("backoff.factor is a finite number from 1 up", factor, 1, Number.MAX_VALUE);
    check("backoff.jitter is a share from 0 to 1", jitter, 0, 1);
    this.#initial = initial;
    this.#factor = factor;
    this.#max = max;
    this.#jitter = jitter;
    this.#next = initial;
  }

  /** An opening has failed, or a generation was lost after it had been open for `life` milliseconds. */
  failed(runtime: Runtime, life: number): void {
    if (life >= this.#max) this.#next = this.#initial;
    const delay = this.#next * (1 - this.#jitter * runtime.random());
    this.#next = Math.min(this.#next * this.#factor, this.#max);
    this.#notBefore = { runtime, at: runtime.now() + delay };
  }

  /** A generation did its work until it was no longer wanted. */
  succeeded(): void {
    this.#next = this.#initial;
    this.#notBefore = undefined;
  }

  /** Milliseconds until the next opening may begin. */
  remaining(runtime: Runtime): number {
    if (this.#notBefore?.runtime !== runtime) return 0;
    return Math.max(0, this.#notBefore.at - runtime.now());
  }
}

function check(what: string, value: number, least: number, most: number): void {
  if (typeof value === "number" && value >= least && value <= most) return;
  throw new RangeError(`${what}, and ${String(value)} is not`);
}
