/**
 * The clocks of the platform, on virtual time.
 *
 * @module
 */
import { activeRun, during } from "./active-run.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Replacement } from "./platform.ts";

/** The date on which every run begins, in milliseconds since 1970: 2000-01-01T00:00:00Z. */
const EPOCH = 946_684_800_000;

export function clocks(): Replacement[] {
  const { Date: RealDate, performance } = globalThis;
  const { hrtime } = process;
  const replacedHrtime = Object.assign(
    during(hrtime, ({ kernel }, since) => {
      const now = nanoseconds(kernel) - (since === undefined ? 0n : BigInt(since[0]) * SECOND + BigInt(since[1]));
      return [Number(now / SECOND), Number(now % SECOND)];
    }),
    { bigint: during(hrtime.bigint.bind(hrtime), ({ kernel }) => nanoseconds(kernel)) },
  );
  return [
    { holder: globalThis, key: "Date", value: datesOf(RealDate) },
    // Of the real class, so that whoever kept that has the clock all the same.
    { holder: RealDate, key: "now", value: during(RealDate.now, ({ kernel }) => date(kernel)) },
    {
      holder: performance,
      key: "now",
      value: during(performance.now.bind(performance), ({ kernel }) => kernel.readClock()),
    },
    { holder: process, key: "hrtime", value: replacedHrtime },
  ];
}

const SECOND = 1_000_000_000n;

function nanoseconds(kernel: Kernel): bigint {
  return BigInt(Math.round(kernel.readClock() * 1_000_000));
}

function date(kernel: Kernel): number {
  return EPOCH + Math.trunc(kernel.readClock());
}

/** `new Date()` and `Date()` on the virtual clock; everything else is the real class. */
function datesOf(real: DateConstructor): DateConstructor {
  return new Proxy(real, {
    construct(target, args, newTarget) {
      const run = activeRun();
      const given = args.length === 0 && run !== undefined ? [date(run.kernel)] : args;
      return Reflect.construct(target, given, newTarget) as object;
    },
    apply(target, self, args) {
      const run = activeRun();
      return run === undefined ? Reflect.apply(target, self, args) : new target(date(run.kernel)).toString();
    },
  });
}
