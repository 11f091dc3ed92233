/**
 * Everything that one exploration keeps: the kernel, the scenario, and what a run of it by a given schedule shows.
 *
 * @module
 */
import { holdBoundary } from "./boundary/boundary.ts";
import { outsideOf } from "./boundary/outside.ts";
import { Kernel } from "./kernel/kernel.ts";
import type { ExploreSettings } from "./options.ts";
import { fingerprintOf } from "./replay-string.ts";
import { Follower, type Schedule } from "./search/schedule.ts";
import { Runner, type RunResult, type Scenario } from "./single-run.ts";
import { type Trace, TraceRecorder } from "./trace.ts";

/** A run by a schedule. */
export interface Followed extends RunResult {
  readonly follower: Follower;
  /** Of the steps of the run. */
  readonly fingerprint: string;
}

/** The options that every run of a session has. */
type SessionSettings = Pick<ExploreSettings, "maxSteps" | "orderedTimers"> &
  Partial<Pick<ExploreSettings, "areLimitsLast" | "cancellations">>;

export class Session implements Disposable {
  readonly kernel: Kernel;
  readonly runner: Runner;
  /** How many tasks a run may cancel. */
  readonly cancellations: number;
  readonly #boundary: Disposable;
  readonly #hear = (error: unknown): void => this.runner.hear(error);

  constructor(
    scenario: Scenario,
    { maxSteps, orderedTimers, areLimitsLast = false, cancellations = 0 }: SessionSettings,
  ) {
    this.cancellations = cancellations;
    this.kernel = new Kernel({
      maxSteps,
      orderedTimers,
      isDeclared: () => this.runner.isDeclared,
      hasEnded: () => this.runner.hasEnded,
    });
    this.runner = new Runner(this.kernel, scenario, { cancellations, areLimitsLast });
    this.#boundary = holdBoundary();
    process.on("unhandledRejection", this.#hear);
  }

  [Symbol.dispose](): void {
    process.off("unhandledRejection", this.#hear);
    this.#boundary[Symbol.dispose]();
  }

  /** Runs the scenario by a schedule. Must be called from a macrotask. */
  follow(schedule: Schedule, recorder?: TraceRecorder): Followed {
    const follower = new Follower(schedule);
    const result = this.runner.once(follower, recorder);
    return { ...result, follower, fingerprint: this.fingerprint() };
  }

  /** The same run again, in detail. */
  trace(schedule: Schedule): Trace {
    const recorder = new TraceRecorder(this.kernel);
    const { failure } = this.follow(schedule, recorder);
    return recorder.trace(failure);
  }

  /**
   * Why a run of that schedule, which came to a halt, may have to wait for something outside; undefined where nothing speaks for
   * that. What it began outside is known for sure. Who waits for no primitive of the library waits either for that or for
   * a promise that the program itself will never settle; the latter can be told only where other orders come to an end.
   *
   * @param canEnd asked only then.
   */
  outsideOf(schedule: Schedule, canEnd: () => boolean): string | undefined {
    const recorder = new TraceRecorder(this.kernel);
    const kinds = outsideOf(() => void this.follow(schedule, recorder));
    const advice = "hand real input and output to lab.io()";
    if (kinds.length > 0)
      return `it comes to a halt, and has begun what no run can wait for: ${kinds.join(", ")}; ${advice}`;
    const strangers = recorder.tasksOutsideWaits();
    if (strangers.length === 0 || canEnd()) return undefined;
    return `${strangers.join(", ")} waits for something that no task, timer, fetch or lab.io() brings; ${advice}`;
  }

  fingerprint(): string {
    return fingerprintOf(this.kernel.steps.map(({ actor, kind, what }) => `${actor.name} ${kind} ${what}`));
  }
}
