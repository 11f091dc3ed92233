/**
 * Random numbers that a seed decides.
 *
 * @module
 */

/** A small counter-based generator (the SplitMix construction on 32 bits): enough for latencies and choices. */
export class SeededRandom {
  #state: number;

  /** @throws {@link RangeError} for a seed that is no whole number. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a whole number, and ${String(seed)} is not`);
    this.#state = seed >>> 0;
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  }
}
