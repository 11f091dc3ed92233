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
