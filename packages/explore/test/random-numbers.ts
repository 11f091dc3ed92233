/**
 * Drawing from a stream of random numbers.
 *
 * @module
 */

/** A whole number from 0 up, below `count`. */
export function below(chance: () => number, count: number): number {
  return Math.floor(chance() * count);
}
