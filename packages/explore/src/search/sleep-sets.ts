/**
 * Sleep sets (Godefroid: "Using Partial Orders to Improve Automatic Verification Methods", CAV 1990): what need not be tried in a state,
 * because it was tried before what has been chosen since, with which it has nothing to do. An event in which the program goes on in one
 * of several ways is as many events as it has ways.
 *
 * @module
 */
import type { Footprint } from "../kernel/footprint.ts";

/** What an event touches in one of the ways to go on in it. */
export interface Tried {
  /** The ways that were chosen in it, one after another; empty for an event without a choice. */
  readonly path: readonly number[];
  readonly footprint: Footprint;
  /** The step before which the footprint was taken: what was first touched later is not told apart. */
  readonly state: number;
}

/** An event of which some ways, or all, need not be tried in a state, as all that they lead to has been tried. */
export interface Asleep {
  readonly event: number;
  readonly ways: readonly Tried[];
  /** The paths of its other ways, which have to be tried again: undefined while there are none. */
  readonly awake: readonly (readonly number[])[] | undefined;
}

/** What is left asleep of an event after a step; undefined when nothing is. */
export function without(entry: Asleep, meets: (tried: Tried) => boolean): Asleep | undefined {
  // Most have one way, and need no list of those that are left.
  if (!entry.ways.some(meets)) return entry;
  const ways = entry.ways.length === 1 ? [] : entry.ways.filter((tried) => !meets(tried));
  if (ways.length === 0) return undefined;
  const others = entry.ways.filter((tried) => !ways.includes(tried)).map(({ path }) => path);
  return { event: entry.event, ways, awake: [...(entry.awake ?? []), ...others] };
}

/** Whether something new may come of an event that goes on like this. */
export function isAwake({ ways, awake = [] }: Asleep, begun: readonly number[]): boolean {
  return awake.some((path) => isBeginning(begun, path)) || !ways.some(({ path }) => isBeginning(begun, path));
}

/** Whether nothing new can come of an event. */
export function isIn(asleep: readonly Asleep[], event: number): boolean {
  for (const entry of asleep) if (entry.awake === undefined && entry.event === event) return true;
  return false;
}

/** Whether two events go on in the same ways. */
export function isSame(path: readonly number[], other: readonly number[]): boolean {
  return path.length === other.length && isBeginning(path, other);
}

function isBeginning(begun: readonly number[], path: readonly number[]): boolean {
  return begun.every((way, at) => way === path[at]);
}
