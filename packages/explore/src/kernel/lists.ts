/**
 * Lists that change all the time.
 *
 * @module
 */

/** As `splice` does, without an array of what was taken out. */
export function removeAt(list: unknown[], index: number): void {
  for (let at = index + 1; at < list.length; at++) list[at - 1] = list[at];
  list.pop();
}
