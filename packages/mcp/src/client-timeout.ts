/**
 * The official client's own time limits.
 *
 * @module
 */

/** Puts them out of reach, because ours rule: the longest that a native timer takes, in milliseconds. */
export const NEVER: number = 2 ** 31 - 1;
