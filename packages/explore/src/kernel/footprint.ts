/**
 * What a step touched, in names that hold from one run to the next, so that two steps of different runs can be compared.
 *
 * @module
 */

/** How something was touched. Steps that only read the same thing may change places. */
export type AccessMode = "read" | "write";

/** Stands for everything: the step of which no more is known. */
export const EVERYTHING = -1;
/**
 * Stands for all that was first touched after the state that a footprint is relative to. Two runs may meet such things in another
 * order, so that nothing tells them apart.
 */
export const FRESH = -2;

/** The accesses of one step: `keys[n]` was written where `writes[n]`. */
export interface Footprint {
  readonly keys: readonly number[];
  readonly writes: readonly boolean[];
}

export const wholeWorld: Footprint = { keys: [EVERYTHING], writes: [true] };

/** Whether the order of two steps can matter. */
export function conflict(left: Footprint, right: Footprint): boolean {
  for (const [index, key] of left.keys.entries()) {
    if (key === EVERYTHING) return true;
    for (const [other, otherKey] of right.keys.entries()) {
      if (otherKey === EVERYTHING) return true;
      if (key === otherKey && (left.writes[index] === true || right.writes[other] === true)) return true;
    }
  }
  return right.keys.includes(EVERYTHING);
}
