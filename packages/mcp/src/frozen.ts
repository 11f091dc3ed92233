/**
 * Freezing what many hold.
 *
 * @module
 */

/** Freezes a value to the bottom: many callers hold the same one, and who changed it would change it for all. */
export function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
}
