/**
 * Chance that a seed decides: a number for each question, whatever was asked before. What a soak does with its thousandth
 * call does not depend on how the first ones went.
 *
 * @module
 */

/** A number in [0, 1) for a question about one thing. */
export function chance(seed: number, question: string, index: number): number {
  let bits = seed >>> 0;
  for (let at = 0; at < question.length; at++) bits = Math.imul(bits ^ question.charCodeAt(at), 0x0100_0193);
  return mixed(mixed(bits) + Math.imul(index, 0x9e37_79b9)) / 2 ** 32;
}

/** One element of a list. */
export function choice<T>(list: readonly T[], seed: number, question: string, index: number): T {
  return list[Math.floor(chance(seed, question, index) * list.length)] as T;
}

/** Spreads a number over all 32 bits. */
function mixed(number: number): number {
  let bits = number >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0_aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a_2d97);
  return (bits ^ (bits >>> 15)) >>> 0;
}
