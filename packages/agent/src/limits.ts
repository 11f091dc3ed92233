/**
 * Checks of the numbers that bound a run. They are made when an agent or a tool is: in a call, a bad number would look
 * like a failure of the tool.
 *
 * @module
 */

/** Gives a time limit back. @throws {@link RangeError} unless it is `null` or a number of milliseconds from 0 up. */
export function checkTimeout<T extends number | null>(what: string, value: T): T {
  if (value !== null && (typeof value !== "number" || !(value >= 0))) {
    throw new RangeError(`${what} is a number of milliseconds from 0 up, and ${String(value)} is not`);
  }
  return value;
}

/** Gives a count back. @throws {@link RangeError} unless it is a whole number from 1 up. */
export function checkCount(what: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`${what} is a whole number from 1 up, and ${String(value)} is not`);
  }
  return value;
}
