/**
 * One run of a scenario, from its beginning until nothing can happen any more, and what came of it.
 *
 * @module
 */
import { DeadlockError, type Instrument, LeakError, run, runDetached } from "@holdfast/concurrency";
import { ActiveRun, insideRun } from "./boundary/active-run.ts";
import { IdleLimits } from "./boundary/idle-limits.ts";
import type { Chooser, Kernel, RunEnd } from "./kernel/kernel.ts";
import { drain } from "./kernel/drain.ts";
import { Lab } from "./lab.ts";
import { LabRuntime } from "./lab-runtime.ts";
import type { TraceRecorder } from "./trace.ts";

/** A program to explore. It is run many times, so each run must begin it anew. */
export type Scenario = (lab: Lab) => unknown;

/** What came of a run. */
export interface RunResult {
  readonly end: RunEnd;
  /** What went wrong; undefined when nothing did. */
  readonly failure: { readonly error: unknown } | undefined;
  /** What the scenario asked for that nobody brings; undefined when it asked for nothing of the kind. */
  readonly uncontrolled: string | undefined;
  /** Whether nothing was left to happen before the scenario had ended; it may wait for something outside. */
  readonly hangs: boolean;
}

interface RunnerOptions {
  /** How many tasks of `lab.all()` a run may cancel. */
  readonly cancellations: number;
  /** Time limits pass only when nothing else can happen. */
  readonly areLimitsLast: boolean;
}

const none: readonly Instrument[] = [];

export class Runner {
  readonly #kernel: Kernel;
  readonly #scenario: Scenario;
  readonly #cancellations: number;
  readonly #areLimitsLast: boolean;
  #lab: Lab | undefined;
  #hasEnded = false;
  #isRunning = false;
  #failure: RunResult["failure"];

  constructor(kernel: Kernel, scenario: Scenario, { cancellations, areLimitsLast }: RunnerOptions) {
    this.#cancellations = cancellations;
    this.#areLimitsLast = areLimitsLast;
    this.#kernel = kernel;
    this.#scenario = scenario;
  }

  /** Whether the scenario has said what its tasks share. */
  get isDeclared(): boolean {
    return this.#lab?.isDeclared === true;
  }

  /** Whether the scenario of the run has ended. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get lab(): Lab | undefined {
    return this.#lab;
  }

  /**
   * Runs it once. Must be called from a macrotask.
   *
   * @param recorder listens to the run.
   */
  once(chooser: Chooser, recorder?: TraceRecorder): RunResult {
    const kernel = this.#kernel;
    const limits = this.#areLimitsLast ? new IdleLimits(kernel) : undefined;
    const runtime = new LabRuntime(kernel, this.#chance, limits);
    const lab = new Lab(kernel, this.#chance, this.#cancellations);
    this.#lab = lab;
    this.#failure = undefined;
    const { stackTraceLimit } = Error;
    // Two thirds of what a failing run takes are the stacks of its errors; it is run once more in detail, with them.
    if (recorder === undefined) Error.stackTraceLimit = 0;
    try {
      // Whoever explores may be a task: what happens in a run outside every task must not count as that one's.
      return runDetached(() =>
        insideRun(new ActiveRun(kernel, lab, this.#fail, limits), () =>
          this.#once(chooser, lab, runtime, recorder, limits),
        ),
      );
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }

  #once(
    chooser: Chooser,
    lab: Lab,
    runtime: LabRuntime,
    recorder: TraceRecorder | undefined,
    limits: IdleLimits | undefined,
  ): RunResult {
    const kernel = this.#kernel;
    this.#hasEnded = false;
    const fail = this.#fail;
    this.#isRunning = true;
    kernel.order.onAccess = recorder && ((resource, isWrite) => recorder.accessed(resource, isWrite));
    kernel.begin(chooser, () => {
      const options = { runtime, name: "scenario", instruments: recorder === undefined ? none : [recorder] };
      run(() => this.#scenario(lab), options).then(
        () => (this.#hasEnded = true),
        (error: unknown) => {
          this.#hasEnded = true;
          fail(error);
        },
      );
    });
    kernel.onStepEnd = () => {
      limits?.stepEnded();
      const violation = lab.violation();
      if (violation !== undefined) fail(violation);
    };
    const end = kernel.run();
    const isAtRest = end === "done" && this.#failure === undefined;
    const hangs = isAtRest && !this.#hasEnded;
    if (hangs) fail(new DeadlockError(runtime.waits()));
    const leaks = isAtRest && this.#hasEnded ? runtime.leaks() : [];
    if (leaks.length > 0) fail(new LeakError(leaks));
    this.#isRunning = false;
    const failure = this.#failure;
    if (runtime.end()) drain();
    return { end, failure, uncontrolled: lab.uncontrolled, hangs };
  }

  /** A promise was rejected and nobody handled it: a failure of the run, where one goes on. */
  hear(error: unknown): void {
    if (this.#isRunning) this.#fail(error);
  }

  readonly #chance = (): number => this.#kernel.random();

  readonly #fail = (error: unknown): void => {
    this.#failure ??= { error };
  };
}
