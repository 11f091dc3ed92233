/**
 * Chance that can be had again: numbers drawn from a seed.
 *
 * @module
 */

/** Seeds are whole numbers from 0 up to this one, which is none. */
export const SEEDS: number = 2 ** 32;

/** Draws numbers in [0, 1), the same ones for the same seed: a Weyl sequence, each term of which is scrambled. */
export function seededRandom(seed: number): () => number {
  let term = seed | 0;
  return () => {
    term = (term + 0x9e3779b9) | 0;
    let bits = Math.imul(term ^ (term >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / SEEDS;
  };
}
