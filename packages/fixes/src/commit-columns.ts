/**
 * The columns of numbers that stand for the commits while they are compared.
 *
 * @module
 */

/** A place in each column for every commit: where its texts lie in which block, and the keys it is found by. */
export class Columns {
  blocks: Int32Array = new Int32Array(1024);
  starts: Int32Array = new Int32Array(1024);
  emails: Int32Array = new Int32Array(1024);
  subjects: Int32Array = new Int32Array(1024);
  bodies: Int32Array = new Int32Array(1024);
  ends: Int32Array = new Int32Array(1024);
  prefixes: Int32Array = new Int32Array(1024);
  authorKeys: Int32Array = new Int32Array(1024);
  subjectKeys: Int32Array = new Int32Array(1024);
  numberKeys: Int32Array = new Int32Array(1024);
  committed: Float64Array = new Float64Array(1024);
  authored: Float64Array = new Float64Array(1024);

  /** Doubles the room. */
  grow(): void {
    for (const [name, column] of Object.entries(this) as [keyof Columns, Int32Array | Float64Array][]) {
      const larger =
        column instanceof Int32Array ? new Int32Array(column.length * 2) : new Float64Array(column.length * 2);
      larger.set(column);
      Object.assign(this, { [name]: larger });
    }
  }
}

/** The key that commits of one author and one date of authorship share. */
export function authorKey(email: string, authored: number): number {
  let key = authored | 0;
  for (const byte of Buffer.from(email)) key = Math.imul(key ^ byte, 0x01000193);
  return key;
}

/** The first eight hexadecimal digits as a number. */
export function prefixAt(bytes: Buffer, at: number): number {
  let key = 0;
  for (let place = at; place < at + 8; place++) {
    const byte = bytes[place] ?? 0;
    key = (key << 4) | (byte < 58 ? byte - 48 : byte - 87);
  }
  return key;
}
