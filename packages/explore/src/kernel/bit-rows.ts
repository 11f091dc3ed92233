/**
 * Sets of steps, each a row of bits: to put one set into another takes a single operation for every 32 steps of a run.
 *
 * @module
 */

const BITS = 32;

export class BitRows {
  /** Row by row, `words` of them each. */
  #bits = new Int32Array(64);
  #words = 1;

  /** Makes room for a row, and for so many bits in each; rows and bits that were there stay. */
  makeRoom(row: number, bits: number): void {
    while (bits > this.#words * BITS) this.#widen();
    const end = (row + 1) * this.#words;
    if (end <= this.#bits.length) return;
    const longer = new Int32Array(Math.max(end, this.#bits.length * 2));
    longer.set(this.#bits);
    this.#bits = longer;
  }

  clear(row: number): void {
    const end = (row + 1) * this.#words;
    for (let word = end - this.#words; word < end; word++) this.#bits[word] = 0;
  }

  has(row: number, bit: number): boolean {
    return ((this.#bits[row * this.#words + (bit >>> 5)] as number) & (1 << (bit & 31))) !== 0;
  }

  add(row: number, bit: number): void {
    this.#bits[row * this.#words + (bit >>> 5)]! |= 1 << (bit & 31);
  }

  delete(row: number, bit: number): void {
    this.#bits[row * this.#words + (bit >>> 5)]! &= ~(1 << (bit & 31));
  }

  /** Adds all that is in a row of the same width. */
  addAll(row: number, from: BitRows, other: number): void {
    const words = this.#words;
    for (let word = 0; word < words; word++) this.#bits[row * words + word]! |= from.#bits[other * words + word]!;
  }

  /** Makes it what is in a row of one table and not in the same row of another. */
  setDifference(row: number, of: BitRows, without: BitRows): void {
    const end = (row + 1) * this.#words;
    for (let word = end - this.#words; word < end; word++)
      this.#bits[word] = (of.#bits[word] as number) & ~(without.#bits[word] as number);
  }

  /** The first bit of a row from `from` up; -1 for none. */
  next(row: number, from: number): number {
    const words = this.#words;
    let at = from >>> 5;
    if (at >= words) return -1;
    let left = (this.#bits[row * words + at] as number) & (-1 << (from & 31));
    while (left === 0) {
      if (++at === words) return -1;
      left = this.#bits[row * words + at] as number;
    }
    // The lowest bit alone.
    return at * BITS + 31 - Math.clz32(left & -left);
  }

  /** All bits of a row, from the first to the last. */
  list(row: number): number[] {
    const found: number[] = [];
    for (let bit = this.next(row, 0); bit !== -1; bit = this.next(row, bit + 1)) found.push(bit);
    return found;
  }

  /** Twice the bits for each row. */
  #widen(): void {
    const words = this.#words;
    const wider = new Int32Array(this.#bits.length * 2);
    for (let row = 0; row * words < this.#bits.length; row++)
      wider.set(this.#bits.subarray(row * words, (row + 1) * words), row * words * 2);
    this.#bits = wider;
    this.#words = words * 2;
  }
}
