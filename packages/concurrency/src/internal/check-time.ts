/**
 * Checks of the times that users give.
 *
 * @module
 */

/**
 * A delay in milliseconds; undefined for one that never ends.
 *
 * @throws RangeError for one that is negative or not a number.
 */
export function checkTimeout(value: number): number | undefined {
  if (typeof value !== "number" || Number.isNaN(value) || value < 0) {
    throw new RangeError(`a timeout is a number of milliseconds from 0 up, and ${String(value)} is not`);
  }
  return value === Infinity ? undefined : value;
}

/**
 * A time on the runtime's clock; undefined for one that never comes.
 *
 * @throws RangeError for one that is not a number.
 */
export function checkDeadline(value: number): number | undefined {
  if (typeof value !== "number" || Number.isNaN(value)) {
    throw new RangeError(`a deadline is a time on the runtime's clock, and ${String(value)} is not`);
  }
  return value === Infinity ? undefined : value;
}
