/**
 * The boundary of a program that knows nothing of the explorer: timers, clocks, chance and fetch. During a run they are the
 * explorer's; between runs, and for all else in the process, they are what they were.
 *
 * Nothing here is for what a program took from Node before the exploration and kept: `const { setTimeout } = globalThis`, or
 * `promisify(setTimeout)`, which gives Node's own function of `node:timers/promises`.
 *
 * @module
 */
import { promisify } from "node:util";
import { activeRun, caught, during, type Fn, releaseTicks } from "./active-run.ts";
import { chance } from "./chance.ts";
import { clocks } from "./clocks.ts";
import { node, type Replacement, replaceAll } from "./platform.ts";
import { promisedTimers, type PromisedTimers } from "./promised-timers.ts";

type TimerFn = (callback: (...args: unknown[]) => unknown, delay?: number, ...args: unknown[]) => unknown;

let users = 0;
let restore: (() => void) | undefined;

/** Takes control for as long as an exploration lasts; several may share it. */
export function holdBoundary(): Disposable {
  if (users === 0) {
    const promised = promisedTimers();
    restore = replaceAll([...promised.replacements, ...timers(promised), ...clocks(), ...chance(), ...others()]);
  }
  users += 1;
  let isHeld = true;
  return {
    [Symbol.dispose]() {
      if (!isHeld) return;
      isHeld = false;
      if (--users > 0) return;
      releaseTicks();
      restore?.();
      restore = undefined;
    },
  };
}

function timers(promised: PromisedTimers): Replacement[] {
  const both = (name: string, value: unknown): Replacement[] =>
    [globalThis, node.timers].map((holder) => ({ holder, key: name, value }));
  const real = globalThis;
  const setTimeout = during(real.setTimeout as TimerFn, (run, ...args) => run.timers.setTimeout(...args));
  const setImmediate = during(
    real.setImmediate as Fn as (callback: () => void, ...args: unknown[]) => unknown,
    (run, ...args) => run.timers.setImmediate(...args),
  );
  const setInterval = during(real.setInterval as TimerFn, (run, ...args) => run.timers.setInterval(...args));
  return [
    ...both("setTimeout", Object.assign(setTimeout, { [promisify.custom]: promised.setTimeout })),
    ...both("setImmediate", Object.assign(setImmediate, { [promisify.custom]: promised.setImmediate })),
    ...both("setInterval", setInterval),
    ...(["clearTimeout", "clearInterval", "clearImmediate"] as const).flatMap((name) => both(name, clear(real[name]))),
  ];
}

function clear(real: (timer: never) => void): (timer: unknown) => void {
  return (timer) => {
    if (activeRun()?.timers.clear(timer) !== true) real(timer as never);
  };
}

function others(): Replacement[] {
  const { AbortSignal: Signal, fetch, queueMicrotask } = globalThis;
  return [
    { holder: globalThis, key: "fetch", value: during(fetch, (run, ...args) => run.lab.fetch(...(args as [string]))) },
    {
      holder: Signal,
      key: "timeout",
      value: during(Signal.timeout.bind(Signal), (run, delay) => run.timers.signal(delay)),
    },
    // What it throws goes past every handler of the program, and would end the process.
    {
      holder: globalThis,
      key: "queueMicrotask",
      value: during(queueMicrotask, ({ fail }, callback) => {
        queueMicrotask(typeof callback === "function" ? caught(callback, fail) : callback);
      }),
    },
  ];
}
