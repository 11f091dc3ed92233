/**
 * Dates as answers have them.
 *
 * @module
 */

/** ISO 8601 in UTC, without a fraction. @param seconds since 1970 */
export function isoDate(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace(".000Z", "Z");
}
