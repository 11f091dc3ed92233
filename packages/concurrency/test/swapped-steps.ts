/**
 * Swaps neighbouring steps of a program, and tells where that makes a difference which no access accounts for.
 *
 * @module
 */
import type { Step } from "../src/index.ts";
import { SeededRandom } from "../src/testing/seeded-random.ts";
import type { Program } from "./random-touching.ts";
import { conflict, type Footprint, RecordingRuntime } from "./recording-runtime.ts";
import { Interpreter } from "./touching-interpreter.ts";
import { drained } from "./virtually.ts";

/** What the swaps of a program have shown. */
export interface Swaps {
  /** Neighbours that could change places, and how many of them touch the same. */
  readonly pairs: number;
  readonly conflicts: number;
  /** Differences that no access accounts for, in words. */
  readonly holes: readonly string[];
}

/** A choice of the runtime. */
interface Point {
  readonly index: number;
  readonly ready: readonly Step[];
  readonly names: readonly string[];
  /** What could be seen before it; undefined where nobody asks. */
  readonly before: string | undefined;
}

interface Taken {
  readonly points: readonly Point[];
  readonly footprints: readonly Footprint[];
  readonly end: string;
}

/** Gives the index of the step to fire. */
type Pick = (point: number, ready: readonly Step[], names: readonly string[]) => number;

/**
 * Runs the program in an order that the seed draws, and then again with two neighbours swapped that touch nothing in
 * common, for `most` such pairs.
 */
export async function swapNeighbours(program: Program, seed: number, most: number = Infinity): Promise<Swaps> {
  const chance = new SeededRandom(seed);
  const below = (limit: number): number => Math.floor(chance.next() * limit);
  const first = await follow(
    program,
    (_point, ready) => below(ready.length),
    () => true,
  );
  const pairs = first.points
    .keys()
    .filter((at) => otherAt(first, at) >= 0)
    .toArray();
  const chosen = pairs.filter((at) => !conflict(...footprintsAt(first, at)));
  const holes: string[] = [];
  const conflicts = pairs.length - chosen.length;
  while (chosen.length > most) chosen.splice(below(chosen.length), 1);
  for (const at of chosen) {
    const difference = await swapped(program, first, at);
    if (difference !== undefined)
      holes.push(`steps ${at} (${nameAt(first, at)}) and ${at + 1} (${nameAt(first, at + 1)}): ${difference}`);
  }
  return { pairs: pairs.length, conflicts, holes };
}

/** Which of the steps that were ready there is the one that came next; -1 when it was not ready yet. */
function otherAt({ points }: Taken, at: number): number {
  const next = points[at + 1];
  return next === undefined ? -1 : (points[at] as Point).ready.indexOf(next.ready[next.index] as Step);
}

function footprintsAt({ footprints }: Taken, at: number): [Footprint, Footprint] {
  return [footprints[at] as Footprint, footprints[at + 1] as Footprint];
}

function nameAt({ points }: Taken, at: number): string {
  const { index, names } = points[at] as Point;
  return names[index] as string;
}

/** What is different when the steps at `at` and after it change places; undefined for nothing. */
async function swapped(program: Program, first: Taken, at: number): Promise<string | undefined> {
  let put: Step | undefined;
  let missing: string | undefined;
  const second = await follow(
    program,
    (point, ready, names) => {
      const index = first.points.at(point)?.index ?? -1;
      if (point < at) return index;
      if (point === at) {
        put = ready[index];
        return otherAt(first, at);
      }
      const wanted = index === -1 ? "" : nameAt(first, point);
      const found = point === at + 1 ? ready.indexOf(put as Step) : names.indexOf(wanted);
      if (found === -1) missing ??= `at ${point} only ${names.join()} is ready, and not ${wanted}`;
      return Math.max(found, 0);
    },
    (point) => point === at + 2,
  );
  const [expected, actual] = [first, second].map(({ points, end }) => points[at + 2]?.before ?? end) as [
    string,
    string,
  ];
  if (expected !== actual) return `at once\n${differences(expected, actual)}`;
  if (missing !== undefined) return missing;
  return first.end === second.end ? undefined : `in the end\n${differences(first.end, second.end)}`;
}

async function follow(program: Program, pick: Pick, isSeen: (point: number) => boolean): Promise<Taken> {
  const points: Point[] = [];
  const interpreter = new Interpreter();
  const runtime = new RecordingRuntime((ready) => {
    const names = namesOf(ready);
    const index = pick(points.length, ready, names);
    const before = isSeen(points.length) ? interpreter.snapshot(runtime) : undefined;
    points.push({ index, ready: [...ready], names, before });
    return index;
  });
  await interpreter.run(program, runtime);
  // Code under a Promise.all that failed may not have come to its end.
  while (runtime.statistics().ready > 0) await drained();
  return { points, footprints: runtime.footprints, end: interpreter.snapshot(runtime) };
}

/** Alike in every order of the steps. Steps of one name keep the order in which they became ready. */
function namesOf(ready: readonly Step[]): readonly string[] {
  const counts = new Map<string, number>();
  return ready.map(({ task, what }) => {
    const name = `${task?.name ?? "nobody"} after ${what}`;
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count === 0 ? name : `${name} (${count})`;
  });
}

function differences(left: string, right: string): string {
  const [lefts, rights] = [left.split("\n"), right.split("\n")];
  const lost = lefts.filter((line) => !rights.includes(line)).map((line) => `- ${line}`);
  const won = rights.filter((line) => !lefts.includes(line)).map((line) => `+ ${line}`);
  return [...lost, ...won].join("\n");
}
