/**
 * Numbers in words.
 *
 * @module
 */

/** Between a number and its unit, which a line must not part. */
const hardSpace = "\u00a0";

/** A share with one digit: `11.3 %`. */
export function percentText(share: number): string {
  return `${(share * 100).toFixed(1)}${hardSpace}%`;
}

/** Both ends in percent: `[7.2, 17.4]`. */
export function intervalText({ low, high }: { readonly low: number; readonly high: number }): string {
  return `[${(low * 100).toFixed(1)},${hardSpace}${(high * 100).toFixed(1)}]`;
}

/** `0.031`, or `8e-6` where that says too little. */
export function pText(p: number): string {
  return p < 0.001 ? p.toExponential(0) : p.toFixed(3);
}

/** `1 run`, `17 runs`. */
export function countText(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}

/** `1, 4 and 10`. */
export function listText(items: readonly (string | number)[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
