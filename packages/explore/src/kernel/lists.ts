/**
 * Lists that are emptied and filled again all the time, without giving up the places that they have taken.
 *
 * @module
 */

/** As setting the length to 0, which gives the places back. */
export function empty(list: unknown[]): void {
  while (list.length > 0) list.pop();
}

/** As `splice` does, without an array of what was taken out. */
export function removeAt(list: unknown[], index: number): void {
  for (let at = index + 1; at < list.length; at++) list[at - 1] = list[at];
  list.pop();
}
