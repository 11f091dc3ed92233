/**
 * The run that is under way. A run takes no turn of the event loop, so there is at most one in a thread at a time.
 *
 * @module
 */
import type { Kernel } from "../kernel/kernel.ts";
import type { Lab } from "../lab.ts";
import type { IdleLimits } from "./idle-limits.ts";
import { LabTimers } from "./timers.ts";

/** What a run has under control. */
export class ActiveRun {
  readonly kernel: Kernel;
  readonly lab: Lab;
  /** The run fails: something threw where nobody could catch it. */
  readonly fail: (error: unknown) => void;
  readonly #limits: IdleLimits | undefined;
  #timers: LabTimers | undefined;

  constructor(kernel: Kernel, lab: Lab, fail: (error: unknown) => void, limits: IdleLimits | undefined) {
    this.kernel = kernel;
    this.lab = lab;
    this.fail = fail;
    this.#limits = limits;
  }

  get timers(): LabTimers {
    return (this.#timers ??= new LabTimers(this.kernel, this.fail, this.#limits));
  }
}

/** A function of the platform, whichever. */
export type Fn = (...args: never[]) => unknown;

let active: ActiveRun | undefined;

/** The run that is under way; undefined between runs. */
export function activeRun(): ActiveRun | undefined {
  return active;
}

/** Runs something as part of a run, so that what it does at the boundary belongs to that run. */
export function insideRun<T>(run: ActiveRun, fn: () => T): T {
  const before = active;
  active = run;
  holdTicks();
  try {
    return fn();
  } finally {
    active = before;
  }
}

/** What is in the place of `process.nextTick` during runs, and what was there before. */
let ticks: { readonly inRun: Fn; readonly real: Fn } | undefined;

/**
 * Looked at before each run, because test runners put their own there now and then, and theirs back a tick later. What a tick
 * throws would leave Node's stack of async contexts behind in disorder, which ends the process.
 */
function holdTicks(): void {
  const real = Reflect.get(process, "nextTick") as Fn;
  if (real === ticks?.inRun) return;
  const inRun = during(real, ({ fail }, callback, ...args) =>
    Reflect.apply(real, process, [typeof callback === "function" ? caught(callback, fail) : callback, ...args]),
  );
  ticks = { inRun, real };
  process.nextTick = inRun;
}

/** Puts `process.nextTick` back, unless somebody has put another there since. */
export function releaseTicks(): void {
  if (ticks !== undefined && process.nextTick === ticks.inRun) process.nextTick = ticks.real as typeof process.nextTick;
  ticks = undefined;
}

/** A callback whose error is the failure of a run. */
export function caught(callback: Fn, fail: (error: unknown) => void): (...args: never[]) => void {
  return (...args) => {
    try {
      callback(...args);
    } catch (error) {
      fail(error);
    }
  };
}

/** A function that does what it always did, unless a run is under way. */
export function during<F extends Fn>(
  real: F,
  inRun: (run: ActiveRun, ...args: Parameters<F>) => unknown,
): (...args: Parameters<F>) => unknown {
  // No arrow function, because a method is handed what it was called on.
  return function replacement(this: unknown, ...args: Parameters<F>): unknown {
    return active === undefined ? Reflect.apply(real, this, args) : inRun(active, ...args);
  };
}
