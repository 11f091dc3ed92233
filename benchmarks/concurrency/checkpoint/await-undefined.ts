/**
 * The least that an await can be. It starves the event loop.
 *
 * @module
 */

export const operations = 2_000_000;

export async function sample(): Promise<void> {
  // oxlint-disable-next-line typescript/await-thenable -- the bare await is what is measured
  for (let index = 0; index < operations; index++) await undefined;
}
