/**
 * Everything that one exploration keeps: the kernel, the scenario, and what a run of it by a given schedule shows.
 *
 * @module
 */
import { leafErrors } from "@holdfast/concurrency";
import { holdBoundary } from "./boundary/boundary.ts";
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

/** What is called when a promise of the program was rejected and nobody handled it. */
interface Ears {
  unhandled: ((error: unknown) => void) | undefined;
}

export class Session implements Disposable {
  readonly kernel: Kernel;
  readonly runner: Runner;
  readonly #boundary: Disposable;
  readonly #ears: Ears = { unhandled: undefined };
  readonly #hear = (error: unknown): void => this.#ears.unhandled?.(error);

  constructor(scenario: Scenario, { maxSteps, orderedTimers }: Pick<ExploreSettings, "maxSteps" | "orderedTimers">) {
    this.kernel = new Kernel({
      maxSteps,
      orderedTimers,
      isDeclared: () => this.runner.isDeclared,
      hasEnded: () => this.runner.hasEnded,
    });
    this.runner = new Runner(this.kernel, scenario, this.#ears);
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

  fingerprint(): string {
    return fingerprintOf(this.kernel.steps.map(({ actor, kind, what }) => `${actor.name} ${kind} ${what}`));
  }
}

/** What tells one failure from another: the first leaf that is no cancellation, by code or class, and message. */
export function signatureOf(error: unknown): string {
  const leaves = leafErrors(error);
  const leaf =
    leaves.find((each) => (each as { code?: unknown } | null)?.code !== "TASK_CANCELLED") ?? leaves[0] ?? error;
  if (!(leaf instanceof Error)) return String(leaf);
  const { code } = leaf as { code?: unknown };
  return `${typeof code === "string" ? code : leaf.name}: ${leaf.message}`;
}

/** The message of the first leaf that is no cancellation. */
export function leafMessage(error: unknown): string {
  return signatureOf(error);
}
