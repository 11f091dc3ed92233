/**
 * Any number of questions about one repository, which is read once.
 *
 * @module
 */
import type { FixAnswer } from "./answer.ts";
import { HostError, QueryError } from "./errors.ts";
import { FixFinder, type FixFinderOptions } from "./fix-finder.ts";
import { readQuery } from "./query.ts";

/** What became of one question. */
export type FixOutcome =
  | { readonly query: string; readonly answer: FixAnswer }
  | { readonly query: string; readonly error: QueryError | HostError };

/** What is asked, and of which repository. */
export interface FindFixesOptions extends FixFinderOptions {
  readonly queries: readonly string[];
}

/**
 * Answers queries in their order, each as soon as it is known. One that cannot be answered gives its error, and the
 * others go on.
 *
 * **Cancellation:** an aborted signal ends git or the request and rejects with its reason; leaving the loop leaves
 * nothing running.
 *
 * @throws SourceError, RepositoryError, GitFailedError for what concerns all of them.
 */
export async function* findFixes(options: FindFixesOptions): AsyncGenerator<FixOutcome, void, undefined> {
  const { queries, signal, onProgress } = options;
  const finder = await FixFinder.open({ ...options, queries: queries.filter(isReadable) });
  for (const query of queries) {
    signal?.throwIfAborted();
    yield await outcomeOf(finder, query, { signal, onProgress });
  }
}

async function outcomeOf(
  finder: FixFinder,
  query: string,
  options: Pick<FixFinderOptions, "signal" | "onProgress">,
): Promise<FixOutcome> {
  try {
    return { query, answer: await finder.find(query, options) };
  } catch (error) {
    if (error instanceof QueryError || error instanceof HostError) return { query, error };
    throw error;
  }
}

/** Opening with none that can be read is an error; here it is one for each of them. */
function isReadable(query: string): boolean {
  try {
    readQuery(query);
    return true;
  } catch (error) {
    if (error instanceof QueryError) return false;
    throw error;
  }
}
