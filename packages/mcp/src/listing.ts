/**
 * Lists that come in pages.
 *
 * @module
 */

/** A page of a list, as all list methods of the protocol have it. */
export interface Page {
  readonly nextCursor?: string | undefined;
  /** For how long it may be kept, in milliseconds; of revisions from 2026-07-28 on. */
  readonly ttlMs?: unknown;
}

/** Thrown for a list that has no end. */
export class EndlessListError extends Error {
  constructor(cursor: string) {
    super(`the server named the page ${JSON.stringify(cursor.slice(0, 40))} a second time, so its list has no end`);
  }
}

/**
 * Asks for all pages.
 *
 * **Cancellation:** as `ask`.
 *
 * @throws {@link EndlessListError}; what `ask` throws.
 */
export async function allPages<P extends Page>(
  ask: (params: { readonly cursor?: string }) => Promise<P>,
): Promise<readonly [P, ...P[]]> {
  const first = await ask({});
  const pages: [P, ...P[]] = [first];
  const seen = new Set<string>();
  for (let { nextCursor } = first; nextCursor !== undefined;) {
    if (seen.has(nextCursor)) throw new EndlessListError(nextCursor);
    seen.add(nextCursor);
    // Each cursor is in the page before.
    // oxlint-disable-next-line no-await-in-loop
    const page = await ask({ cursor: nextCursor });
    pages.push(page);
    nextCursor = page.nextCursor;
  }
  return pages;
}
