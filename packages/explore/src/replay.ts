/**
 * Running a scenario once more in an order that was found before.
 *
 * @module
 */
import { DivergedError } from "./errors.ts";
import { type ExploreOptions, readOptions } from "./options.ts";
import { parseReplay } from "./replay-string.ts";
import { Session } from "./session.ts";
import type { Scenario } from "./single-run.ts";
import { inSlices } from "./slices.ts";
import type { Trace } from "./trace.ts";

/** Options of `replay()`. */
export interface ReplayOptions extends Pick<ExploreOptions, "maxSteps" | "timers"> {
  /** Goes on as well as it can where the program has changed, in place of throwing; false when absent. */
  readonly tolerant?: boolean;
}

/** What a replay showed. */
export interface Replayed {
  /** Whether the run failed. `trace.error` says how. */
  readonly failed: boolean;
  readonly trace: Trace;
  /** Where the program went another way than when the string was made; absent when it went the same. */
  readonly divergence?: string;
}

/**
 * Runs the scenario in the order that a replay string tells.
 *
 * **Cancellation:** none; it takes as long as one run.
 *
 * @throws {@link ReplayInvalidError}; {@link DivergedError} when the program has changed since, unless `tolerant`.
 */
export async function replay(scenario: Scenario, text: string, options: ReplayOptions = {}): Promise<Replayed> {
  const { fingerprint, schedule } = parseReplay(text);
  using session = new Session(scenario, readOptions(options));
  let result: Replayed | undefined;
  await inSlices(() => {
    const followed = session.follow(schedule);
    const { follower } = followed;
    const divergence =
      follower.divergence ??
      (follower.isUsedUp ? undefined : `the run has only ${follower.possible.length} choices`) ??
      (followed.fingerprint === fingerprint
        ? undefined
        : `its steps are ${followed.fingerprint} and were ${fingerprint}`);
    if (divergence !== undefined && options.tolerant !== true) throw new DivergedError(divergence);
    const trace = session.trace(schedule);
    result = { failed: followed.failure !== undefined, trace, ...(divergence !== undefined && { divergence }) };
    return true;
  });
  return result as Replayed;
}
