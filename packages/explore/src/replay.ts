/**
 * Running a scenario once more in an order that was found before.
 *
 * @module
 */
import { DivergedError } from "./errors.ts";
import { type ExploreOptions, readOptions } from "./options.ts";
import { parseReplay } from "./replay-string.ts";
import { stepLines } from "./explanation.ts";
import { signatureOf } from "./failure-signature.ts";
import { Session } from "./session.ts";
import { loadScenario } from "./parallel/load-scenario.ts";
import type { Scenario } from "./single-run.ts";
import { inSlices } from "./slices.ts";
import type { Trace } from "./trace.ts";

/** Options of `replay()`. */
export interface ReplayOptions extends Pick<ExploreOptions, "maxSteps" | "timers"> {
  /** Goes on as well as it can where the program has changed, in place of throwing; false when absent. */
  readonly tolerant?: boolean;
}

/** What a replay showed. */
export class Replayed {
  readonly trace: Trace;
  /** Where the program went another way than when the string was made; absent when it went the same. */
  declare readonly divergence?: string;

  constructor(trace: Trace, divergence: string | undefined) {
    this.trace = trace;
    if (divergence !== undefined) this.divergence = divergence;
  }

  /** Whether the run failed; `trace.error` says how. */
  get failed(): boolean {
    return this.trace.error !== undefined;
  }

  /** What happened, in a few lines for a person. */
  explain(): string {
    const verdict = this.failed ? `fails: ${signatureOf(this.trace.error)}` : "passes";
    const divergence =
      this.divergence === undefined ? [] : [`  another run than the string was made from: ${this.divergence}`];
    return [verdict, ...divergence, ...stepLines(this.trace.steps)].join("\n");
  }

  toJSON(): Readonly<Record<string, unknown>> {
    const { failed, trace, divergence } = this;
    return {
      failed,
      error: failed ? signatureOf(trace.error) : null,
      divergence: divergence ?? null,
      steps: trace.steps,
    };
  }
}

/**
 * Runs the scenario in the order that a replay string tells.
 *
 * **Cancellation:** none; it takes as long as one run.
 *
 * @throws {@link ReplayInvalidError}; {@link DivergedError} when the program has changed since, unless `tolerant`.
 */
export async function replay(scenario: Scenario, text: string, options: ReplayOptions = {}): Promise<Replayed> {
  const { fingerprint, schedule, cancellations = 0 } = parseReplay(text);
  using session = new Session(scenario, { ...readOptions(options), cancellations });
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
    result = new Replayed(session.trace(schedule), divergence);
    return true;
  });
  return result as Replayed;
}

/** Options of `replayModule()`. */
export interface ReplayModuleOptions extends ReplayOptions {
  /** Which export of the module is the scenario; `scenario` when absent. */
  readonly exportName?: string;
}

/**
 * As `replay()`, of the scenario that a module exports.
 *
 * **Cancellation:** none.
 *
 * @param url of the module: `file:///app/pool.scenario.ts`.
 * @throws {@link ScenarioMissingError}; as `replay()`.
 */
export async function replayModule(
  url: string | URL,
  text: string,
  options: ReplayModuleOptions = {},
): Promise<Replayed> {
  const { exportName = "scenario", ...rest } = options;
  return await replay(await loadScenario(url, exportName), text, rest);
}
