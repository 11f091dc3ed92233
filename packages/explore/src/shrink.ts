/**
 * Making a failing schedule small: first by leaving departures out, then by looking for the smallest there is.
 *
 * @module
 */
import type { Departure, Schedule } from "./search/schedule.ts";

/** What a run by a schedule showed. */
interface Trial {
  /** It failed in the same way. */
  readonly isSame: boolean;
  /** The choices of the run. */
  readonly possible: readonly { readonly count: number; readonly byItself: number }[];
}

export type Try = (schedule: Schedule) => Trial;

/** A smaller schedule. */
export interface Shrunk {
  readonly schedule: Schedule;
  /** Whether no schedule with fewer departures fails in the same way: all of them were tried. */
  readonly isMinimal: boolean;
  readonly runs: number;
}

/** The most runs that the search for the smallest may take. */
const MOST_RUNS = 20_000;

/** Shrinks a schedule that fails. */
export function shrink(failing: Schedule, attempt: Try): Shrunk {
  let runs = 0;
  const counted: Try = (schedule) => {
    runs += 1;
    return attempt(schedule);
  };
  const fewer = withoutNeedless(failing, counted);
  for (let size = 0; size < fewer.length; size++) {
    const found = smallest(size, counted, () => runs < MOST_RUNS);
    if (found === "gave up") return { schedule: fewer, isMinimal: false, runs };
    if (found !== undefined) return { schedule: found, isMinimal: true, runs };
  }
  return { schedule: fewer, isMinimal: true, runs };
}

/** Delta debugging (Zeller, Hildebrandt: "Simplifying and Isolating Failure-Inducing Input", TSE 2002). */
function withoutNeedless(failing: Schedule, attempt: Try): Schedule {
  let kept = failing;
  for (let parts = 2; kept.length >= 1 && parts <= Math.max(2, kept.length * 2);) {
    const size = Math.max(1, Math.ceil(kept.length / parts));
    let found: Schedule | undefined;
    for (let from = 0; from < kept.length && found === undefined; from += size) {
      const rest = kept.filter((_, index) => index < from || index >= from + size);
      if (attempt(rest).isSame) found = rest;
    }
    if (found !== undefined) {
      kept = found;
      parts = Math.max(2, parts - 1);
    } else if (size === 1) break;
    else parts *= 2;
  }
  return kept;
}

/** Looks through all schedules with so many departures; undefined when none fails in the same way. */
function smallest(size: number, attempt: Try, mayGoOn: () => boolean): Schedule | "gave up" | undefined {
  const pending: Schedule[] = [[]];
  for (let schedule = pending.pop(); schedule !== undefined; schedule = pending.pop()) {
    if (!mayGoOn()) return "gave up";
    const { isSame, possible } = attempt(schedule);
    if (schedule.length === size) {
      if (isSame) return schedule;
      continue;
    }
    const last = schedule.at(-1)?.at ?? -1;
    const longer: Departure[] = [];
    for (const [at, { count, byItself }] of possible.entries()) {
      if (at <= last) continue;
      for (let index = 0; index < count; index++) if (index !== byItself) longer.push({ at, index });
    }
    // The first ones are tried first.
    for (const departure of longer.toReversed()) pending.push([...schedule, departure]);
  }
  return undefined;
}
