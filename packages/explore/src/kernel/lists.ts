/**
 * Lists that change all the time.
 *
 * @module
 */

/** A list of a known length, to be filled. One that grows as it is filled takes room for sixteen more. */
export function listOf<T>(length: number): T[] {
  // oxlint-disable-next-line unicorn/no-new-array
  return new Array<T>(length);
}

/** A list with one more at its end. */
export function withLast<T>(list: readonly T[], last: T): T[] {
  const longer = listOf<T>(list.length + 1);
  for (let at = 0; at < list.length; at++) longer[at] = list[at] as T;
  longer[list.length] = last;
  return longer;
}

/** As `includes` does, of a few numbers in less time. */
export function holds(list: readonly number[], value: number): boolean {
  for (let at = 0; at < list.length; at++) if (list[at] === value) return true;
  return false;
}

/** Takes out the first of a list, without a list of them. */
export function dropFirst(list: unknown[], count: number): void {
  for (let at = count; at < list.length; at++) list[at - count] = list[at];
  for (let left = count; left > 0; left--) list.pop();
}

/** As `splice` does, without an array of what was taken out. */
export function removeAt(list: unknown[], index: number): void {
  for (let at = index + 1; at < list.length; at++) list[at - 1] = list[at];
  list.pop();
}
