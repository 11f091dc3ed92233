/**
 * The boundary of a program that knows nothing of the explorer: timers, clock, chance and fetch. During a run they are the
 * explorer's; between runs, and for all else in the process, they are what they were.
 *
 * @module
 */
import { promisify } from "node:util";
import type { Kernel } from "../kernel/kernel.ts";
import type { Lab } from "../lab.ts";
import { realPromised, replaceAll } from "./platform.ts";
import { clamp, type LabTimers, labTimers } from "./timers.ts";

/** What a run has under control. */
interface ActiveRun {
  readonly kernel: Kernel;
  readonly lab: Lab;
  readonly timers: LabTimers;
}

type Fn = (...args: unknown[]) => unknown;

/** The date on which every run begins, in milliseconds since 1970: 2000-01-01T00:00:00Z. */
const EPOCH = 946_684_800_000;

let active: ActiveRun | undefined;
let users = 0;
let restore: (() => void) | undefined;

/** Takes control for as long as an exploration lasts; several may share it. */
export function holdBoundary(): Disposable {
  if (users++ === 0) restore = replaceAll(replacements());
  return {
    [Symbol.dispose]() {
      if (--users > 0) return;
      restore?.();
      restore = undefined;
    },
  };
}

/** Runs something as part of a run, so that what it does at the boundary belongs to that run. */
export function insideRun<T>(kernel: Kernel, lab: Lab, fn: () => T): T {
  const before = active;
  active = { kernel, lab, timers: labTimers(kernel) };
  try {
    return fn();
  } finally {
    active = before;
  }
}

/** Each function does what it always did unless a run is under way. */
function replacements(): Record<string, unknown> {
  const {
    setTimeout,
    setInterval,
    setImmediate,
    clearTimeout,
    clearInterval,
    clearImmediate,
    Date: RealDate,
    fetch,
  } = globalThis;
  const clear = (real: (timer: never) => void) => (timer: unknown) => {
    if (active?.timers.clear(timer) !== true) real(timer as never);
  };
  return {
    setTimeout: during((run, ...args) => run.timers.setTimeout(...(args as [Fn])), setTimeout as Fn),
    setInterval: during((run, ...args) => run.timers.setInterval(...(args as [Fn])), setInterval as Fn),
    setImmediate: during((run, ...args) => run.timers.setImmediate(...(args as [Fn])), setImmediate as Fn),
    clearTimeout: clear(clearTimeout),
    clearInterval: clear(clearInterval),
    clearImmediate: clear(clearImmediate),
    "promises.setTimeout": promised("setTimeout"),
    "promises.setImmediate": promised("setImmediate"),
    "scheduler.wait": promised("scheduler.wait"),
    Date: datesOf(RealDate),
    "performance.now": during((run) => run.kernel.readClock(), performance.now.bind(performance)),
    "Math.random": during((run) => run.lab.random(), Math.random),
    fetch: during((run, ...args) => run.lab.fetch(...(args as Parameters<Lab["fetch"]>)), fetch as Fn),
  };
}

function during(inRun: (run: ActiveRun, ...args: unknown[]) => unknown, real: Fn): Fn {
  // A plain function, because some ask for its name or properties.
  const replacement = (...args: unknown[]): unknown => (active === undefined ? real(...args) : inRun(active, ...args));
  return Object.assign(replacement, promisifiedLike(real));
}

/** What `util.promisify()` makes of a timer is a function of its own, and must be under control as well. */
function promisifiedLike(real: Fn): object {
  const name = real.name === "setTimeout" || real.name === "setImmediate" ? real.name : undefined;
  return name === undefined || !(promisify.custom in real) ? {} : { [promisify.custom]: promised(name) };
}

/** A function of `node:timers/promises`. */
function promised(name: "scheduler.wait" | "setImmediate" | "setTimeout"): Fn {
  const real = realPromised(name);
  return during((run, ...args) => {
    const [delay, value, options] = argumentsOf(name, args);
    return run.timers.after(`${name}(${name === "setImmediate" ? "" : delay})`, delay, value, options?.signal);
  }, real);
}

function argumentsOf(
  name: string,
  args: unknown[],
): [delay: number, value: unknown, options?: { signal?: AbortSignal }] {
  if (name === "setImmediate") return [0, args[0], args[1] as { signal?: AbortSignal }];
  const delay = clamp(args[0] as number);
  return name === "setTimeout" ? [delay, args[1], args[2] as never] : [delay, undefined, args[1] as never];
}

/** `new Date()` and `Date.now()` on the virtual clock; everything else is the real class. */
function datesOf(real: DateConstructor): DateConstructor {
  const now = (run: ActiveRun): number => EPOCH + Math.trunc(run.kernel.readClock());
  return new Proxy(real, {
    construct(target, args, newTarget) {
      const given = args.length === 0 && active !== undefined ? [now(active)] : args;
      return Reflect.construct(target, given, newTarget) as object;
    },
    apply(target, self, args) {
      return active === undefined ? Reflect.apply(target, self, args) : new target(now(active)).toString();
    },
    get(target, key, receiver) {
      if (key === "now") return () => (active === undefined ? target.now() : now(active));
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
}
