/**
 * The floor: promises without identity, cancellation or a parent.
 *
 * @module
 */

export function sample(): Promise<unknown> {
  const body = async (): Promise<void> => {};
  return Promise.all(Array.from({ length: 100_000 }, () => body()));
}
