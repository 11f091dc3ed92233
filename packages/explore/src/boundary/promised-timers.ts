/**
 * The functions of `node:timers/promises`, which are also what `util.promisify()` makes of the timers.
 *
 * @module
 */
import { during } from "./active-run.ts";
import { node, type Replacement } from "./platform.ts";
import { abortError, clamp, type LabTimers, type WaitOptions } from "./timers.ts";

type After = (delay?: number, value?: unknown, options?: WaitOptions) => unknown;
type Immediate = (value?: unknown, options?: WaitOptions) => unknown;
type Wait = (delay: number, options?: WaitOptions) => unknown;

/** With those two that `util.promisify()` gives. */
export interface PromisedTimers {
  readonly replacements: readonly Replacement[];
  readonly setTimeout: After;
  readonly setImmediate: Immediate;
}

export function promisedTimers(): PromisedTimers {
  const { promises } = node;
  const { scheduler } = promises;
  const setTimeout = during(promises.setTimeout as After, ({ timers }, delay, value, options) =>
    timers.after("setTimeout", clamp(delay), value, options),
  );
  const setImmediate = during(promises.setImmediate as Immediate, ({ timers }, value, options) =>
    timers.after("setImmediate", 0, value, options),
  );
  const setInterval = during(promises.setInterval as After, ({ timers }, delay, value, options) =>
    ticks(timers, delay, value, options),
  );
  const wait = during(scheduler.wait.bind(scheduler) as Wait, ({ timers }, delay, options) =>
    timers.after("scheduler.wait", clamp(delay), undefined, options),
  );
  const yieldOnce = during(scheduler.yield.bind(scheduler), ({ timers }) =>
    timers.after("scheduler.yield", 0, undefined),
  );
  const replacements: Replacement[] = [
    { holder: promises, key: "setTimeout", value: setTimeout },
    { holder: promises, key: "setImmediate", value: setImmediate },
    { holder: promises, key: "setInterval", value: setInterval },
    { holder: scheduler, key: "wait", value: wait },
    { holder: scheduler, key: "yield", value: yieldOnce },
  ];
  return { replacements, setTimeout, setImmediate };
}

/** A value for each time that an interval has passed. */
async function* ticks(
  timers: LabTimers,
  delay: number | undefined,
  value: unknown,
  { signal }: WaitOptions = {},
): AsyncGenerator<unknown, void> {
  const isAborted = (): boolean => signal?.aborted === true;
  if (isAborted()) throw abortError(signal);
  let due = 0;
  let wake: (() => void) | undefined;
  const onTick = (): void => {
    due += 1;
    wake?.();
  };
  const timer = timers.setInterval(onTick, delay);
  const onAbort = (): void => {
    timer.close();
    wake?.();
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    while (!isAborted()) {
      if (due === 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
      for (; due > 0; due--) yield value;
    }
    throw abortError(signal);
  } finally {
    timer.close();
    signal?.removeEventListener("abort", onAbort);
  }
}
