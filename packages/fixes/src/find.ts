/**
 * The whole way from a repository and a query to the answer.
 *
 * @module
 */
import type { FixAnswer } from "./answer.ts";
import { FixFinder, type FixFinderOptions } from "./fix-finder.ts";

/** What is asked. */
export interface FindFixOptions extends Omit<FixFinderOptions, "queries"> {
  /** A hash (full or short), `#123`, or the URL of a commit, pull request or issue. */
  readonly query: string;
}

/**
 * Finds which releases have a fix.
 *
 * **Cancellation:** an aborted signal ends git and rejects with its reason.
 *
 * @throws QueryError, RepositoryError, GitFailedError; each says what to do.
 */
export async function findFix(options: FindFixOptions): Promise<FixAnswer> {
  const { query, ...rest } = options;
  const finder = await FixFinder.open({ ...rest, queries: [query] });
  return await finder.find(query, rest);
}
