/**
 * The parallel reproducer: the same request, many at a time, and every response whose body has the signature flagged.
 *
 * @module
 */
import { type LevelResult, measureLevel } from "./level.ts";
import { arrivalText, isRandom, type ReproduceOptions } from "./options.ts";
import { readOptions } from "./read-options.ts";

/** What a reproduction gave, level by level. Levels are different experiments, so nothing here adds them up. */
export interface ReproduceResult {
  /** Where the requests went, without the values of what looks like a secret. */
  readonly url: string;
  /** The parameters of the URL whose values are left out. Absent in results of earlier versions. */
  readonly hidden?: readonly string[];
  /** The signature as text; a regular expression with its slashes and flags. */
  readonly signature: string;
  /** `closed`, `burst`, or the rate of an open loop: `50/s`, `50/s even`. Absent in results of earlier versions: `closed`. */
  readonly arrival?: string;
  /** What the times of requests were drawn from; null when they do not come at random. Absent in results of earlier versions. */
  readonly seed?: number | null;
  readonly levels: readonly LevelResult[];
  /** The level with the highest share of hits, the first of several; null when there was no hit. */
  readonly peak?: number | null;
}

/**
 * Loads a URL, at one or more levels of concurrency, and counts the bodies with the signature.
 *
 * Responses are searched whatever their status; redirects are not followed unless told, and nothing is sent a second time. A
 * request that is refused, cut off or too slow is counted as such, and never as a hit.
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
  return {
    ...plan.shown,
    signature: String(plan.signature),
    arrival: arrivalText(plan.arrival),
    seed: isRandom(plan.arrival) ? plan.seed : null,
    levels,
    peak: peakOf(levels),
  };
}

function peakOf(levels: readonly LevelResult[]): number | null {
  let peak: LevelResult | undefined;
  for (const level of levels) {
    if (level.hits > 0 && level.hits / level.answered > (peak === undefined ? 0 : peak.hits / peak.answered)) {
      peak = level;
    }
  }
  return peak?.concurrency ?? null;
}
