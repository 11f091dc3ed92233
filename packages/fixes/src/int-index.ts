/**
 * Which commits have a number in a column, such as the first digits of their hashes. Two arrays of numbers: nothing for
 * the garbage collector to follow, however many commits there are.
 *
 * @module
 */

/** The places of each value in a column. */
export class IntIndex {
  readonly #keys: Int32Array;
  readonly #heads: Int32Array;
  readonly #next: Int32Array;

  constructor(keys: Int32Array) {
    this.#keys = keys;
    const size = 2 ** Math.ceil(Math.log2(Math.max(keys.length, 2)));
    this.#heads = new Int32Array(size).fill(-1);
    this.#next = new Int32Array(keys.length);
    // From the end, so that a chain begins with the first place.
    for (let place = keys.length - 1; place >= 0; place--) {
      const slot = this.#slotOf(keys[place] ?? 0);
      this.#next[place] = this.#heads[slot] ?? -1;
      this.#heads[slot] = place;
    }
  }

  /** The first place of a value, or -1. */
  first(key: number): number {
    return this.#seek(this.#heads[this.#slotOf(key)] ?? -1, key);
  }

  /** The place of a value after another, or -1. */
  after(place: number, key: number): number {
    return this.#seek(this.#next[place] ?? -1, key);
  }

  /** Every place of a value, in order. */
  all(key: number): number[] {
    const found: number[] = [];
    for (let place = this.first(key); place !== -1; place = this.after(place, key)) found.push(place);
    return found;
  }

  #seek(from: number, key: number): number {
    let place = from;
    while (place !== -1 && this.#keys[place] !== key) place = this.#next[place] ?? -1;
    return place;
  }

  #slotOf(key: number): number {
    return (Math.imul(key, 0x9e3779b1) >>> 7) & (this.#heads.length - 1);
  }
}
