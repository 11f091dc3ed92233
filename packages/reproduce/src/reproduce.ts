/**
 * The parallel reproducer: the same request, many at a time, and every response whose body has the signature flagged.
 *
 * @module
 */
import { type LevelResult, measureLevel } from "./level.ts";
import { readOptions, type ReproduceOptions } from "./options.ts";

/** What a reproduction gave, level by level. Levels are different experiments, so nothing here adds them up. */
export interface ReproduceResult {
  readonly url: string;
  /** The signature as text; a regular expression with its slashes and flags. */
  readonly signature: string;
  readonly levels: readonly LevelResult[];
}

/**
 * Loads a URL in a closed loop, at one or more levels of concurrency, and counts the bodies with the signature.
 *
 * Responses are searched whatever their status; redirects are not followed, and nothing is sent a second time. A request
 * that is refused, cut off or too slow is counted as such, and never as a hit. Compressed bodies are searched as they
 * come, so ask for none.
 *
 * **Cancellation:** an abort of `options.signal` ends the requests in flight, closes every socket, and then rejects with
 * the signal's reason.
 *
 * @throws TypeError, RangeError for options that make no sense, before anything is sent; {@link UnreachableError} when
 * not one request of a level is answered; what `onProgress` throws.
 */
export async function reproduce(options: ReproduceOptions): Promise<ReproduceResult> {
  const plan = readOptions(options);
  const levels: LevelResult[] = [];
  for (const concurrency of plan.levels) levels.push(await measureLevel(plan, concurrency));
  return { url: plan.url.href, signature: String(plan.signature), levels };
}
