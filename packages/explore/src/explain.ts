/**
 * Why a schedule fails: two steps whose order decides.
 *
 * @module
 */
import type { Chooser, Kernel } from "./kernel/kernel.ts";
import type { Transition } from "./kernel/transition.ts";
import { isNeeded } from "./search/depth-first.ts";
import { undisturbed } from "./search/policy.ts";
import type { Schedule } from "./search/schedule.ts";
import type { Session } from "./session.ts";
import type { Trace, TraceAccess, TraceStep } from "./trace.ts";

/** Two steps that decide: in this order the run fails, in the other it passes. */
export interface Decision {
  readonly first: TraceStep;
  readonly second: TraceStep;
  /** Where they meet: what both touched; absent where nothing was declared. */
  readonly meeting?: { readonly first: TraceAccess; readonly second: TraceAccess };
  /** The indexes of the two steps. */
  readonly steps: readonly [number, number];
}

/** Goes the way of a list of events, where they can happen, and then without preemptions. */
class EventList implements Chooser {
  readonly #events: number[];
  readonly #ways: readonly number[];
  #way = 0;

  constructor(events: readonly number[], ways: readonly number[]) {
    this.#events = [...events];
    this.#ways = ways;
  }

  chooseStep(ready: readonly Transition[], kernel: Kernel): number {
    for (let event = this.#events[0]; event !== undefined; event = this.#events[0]) {
      this.#events.shift();
      const index = ready.findIndex(({ cause }) => cause.id === event);
      if (index !== -1) return index;
    }
    return undisturbed(ready, kernel.steps.at(-1)?.actor.index);
  }

  chooseWay(count: number): number {
    return Math.min(this.#ways[this.#way++] ?? 0, count - 1);
  }
}

/** Finds two steps of a failing run that pass when they change places; undefined where no two do. */
export function findDecision(session: Session, schedule: Schedule, trace: Trace): Decision | undefined {
  const { follower } = session.follow(schedule);
  const { order, steps } = session.kernel;
  const events = steps.map(({ cause }) => cause.id);
  const races = racesOf(order, steps);
  const departures = new Map(schedule.map(({ at, index }) => [at, index]));
  const ways = follower.possible.flatMap(({ isWay }, at) => (isWay ? [departures.get(at) ?? 0] : []));
  // Worked out before the next run takes the place of this one.
  const reversed = races.map(([earlier, later]) => reverse(order, events, earlier, later));
  for (const [index, [earlier, later]] of races.entries()) {
    if (session.runner.once(new EventList(reversed[index] ?? [], ways)).failure !== undefined) continue;
    const [first, second] = [trace.steps[earlier], trace.steps[later]];
    if (first === undefined || second === undefined) continue;
    const meeting = meetingOf(first, second);
    return { first, second, steps: [earlier, later], ...(meeting && { meeting }) };
  }
  return undefined;
}

/** Steps that touched the same and could have come in the other order, the last ones first. */
function racesOf(order: Kernel["order"], steps: readonly Transition[]): [number, number][] {
  const races: [number, number][] = [];
  for (let later = steps.length - 1; later > 0; later--) {
    for (const earlier of order.justBefore(later).toSorted((left, right) => right - left)) {
      if (!isNeeded(order, earlier, steps[later] as Transition)) races.push([earlier, later]);
    }
  }
  return races;
}

/** The events in the order in which the later of two steps comes before the earlier, and all else as it was. */
function reverse(order: Kernel["order"], events: readonly number[], earlier: number, later: number): number[] {
  const before: number[] = [];
  const after: number[] = [];
  for (let step = earlier; step <= later; step++) {
    const stays = step !== later && (step === earlier || order.isBefore(earlier, step));
    (stays ? after : before).push(events[step] as number);
  }
  return [...events.slice(0, earlier), ...before, ...after, ...events.slice(later + 1)];
}

function meetingOf(first: TraceStep, second: TraceStep): Decision["meeting"] {
  const meetings = first.accesses.flatMap((left) => {
    const same = second.accesses.filter(
      ({ resource, mode }) => resource === left.resource && (mode === "write" || left.mode === "write"),
    );
    return same.map((right) => ({ first: left, second: right }));
  });
  // What the program shares says more than a primitive that it uses for that.
  return meetings.find((meeting) => meeting.first.isDeclared) ?? meetings[0];
}
