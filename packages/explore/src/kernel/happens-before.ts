/**
 * Which step of a run must come before which: by making it, or by touching the same thing before it. The transitive closure
 * is kept as one row of bits a step.
 *
 * @module
 */
import type { Footprint } from "./footprint.ts";
import { listOf } from "./lists.ts";
import { EVERYTHING } from "./footprint.ts";
import { holdsEverywhere } from "./resource-names.ts";
import type { Resource } from "./resource.ts";
import { Resources } from "./resources.ts";
import { Touches } from "./touches.ts";

const BITS = 32;

export class HappensBefore {
  /** Row by row: bit i of row j says that step i comes before step j. */
  #rows = new Uint32Array(64);
  #words = 1;
  #steps = 0;
  /** The steps that each follows directly, one after another, and where those of each end. */
  readonly #direct: number[] = [];
  readonly #directEnds: number[] = [];
  readonly #times: number[] = [];
  /** What the steps read of their times, one reading after another. */
  readonly #readings: number[] = [];
  #readingCount = 0;
  readonly #touches = new Touches();
  readonly #resources = new Resources();
  /**
   * While there are no more steps than that, what happens is what happened in the run before, and is not noted again; -1 where not even what
   * comes before the first step is.
   */
  #known = -1;
  /** How often something had been looked up when each step ended. */
  readonly #lookups: number[] = [];
  #hasDeparted = false;
  readonly #nameMet: () => number;
  /** Told of each access, where somebody wants to know. */
  onAccess: ((object: object, isWrite: boolean) => void) | undefined = undefined;
  /** Steps that conflict with every other. */
  readonly #isEverything: boolean[] = [];
  #lastEverything = -1;

  /** @param nameMet names what has no name when it is touched for the first time in this run. */
  constructor(nameMet: () => number) {
    this.#nameMet = nameMet;
  }

  get length(): number {
    return this.#steps;
  }

  /**
   * Begins a run.
   *
   * @param kept how many steps it begins with that are those of the run before: what is known of them holds, and they are only counted.
   */
  clear(kept = 0): void {
    this.#known = kept === 0 ? -1 : kept;
    this.#steps = 0;
    this.#readingCount = 0;
    this.#hasDeparted = false;
    this.#resources.begin();
    this.#touches.begin(kept);
    this.#lastEverything = kept - 1;
    while (this.#lastEverything >= 0 && this.#isEverything[this.#lastEverything] !== true) this.#lastEverything -= 1;
  }

  /** Whether the run has not done the same as the one before in the steps that were said to be the same. */
  get hasDeparted(): boolean {
    return this.#hasDeparted;
  }

  /** Begins a step. @param at the time at which it is due; 0 for what is due at any time. */
  add(madeBy: number, at = 0): void {
    const step = this.#steps++;
    if (this.#steps <= this.#known) return;
    this.#times[step] = Math.max(at, this.timeOf(madeBy));
    if (this.#steps > this.#words * BITS) this.#widen();
    const end = (step + 1) * this.#words;
    if (end > this.#rows.length) {
      const longer = new Uint32Array(this.#rows.length * 2);
      longer.set(this.#rows);
      this.#rows = longer;
    }
    for (let word = step * this.#words; word < end; word++) this.#rows[word] = 0;
    this.#directEnds[step] = this.#directStart(step);
    this.#touches.add();
    if (madeBy >= 0) this.#follows(step, madeBy);
    this.#isEverything[step] = false;
    if (this.#lastEverything >= 0) this.#follows(step, this.#lastEverything);
  }

  /** The latest time at which a step, or one that comes before it, was due: the same in all orders that make no difference. */
  timeOf(step: number): number {
    return step < 0 ? 0 : (this.#times[step] as number);
  }

  /**
   * What {@link HappensBefore.timeOf} gives of the step that happens now, as far as is known: it grows with what the step touches. So each
   * reading is kept, for the next run that does the same.
   */
  readTime(): number {
    const step = this.#steps - 1;
    if (step < 0) return 0;
    this.#resources.pass();
    const reading = this.#readingCount++;
    if (this.#steps <= this.#known) return this.#readings[reading] as number;
    return (this.#readings[reading] = this.timeOf(step));
  }

  /** Something new has this name, whoever touches it first. */
  name(object: object, key: number): void {
    if (this.#steps <= this.#known) this.#resources.again(object);
    else this.nameResource(this.#resources.of(object), key);
  }

  /** As {@link HappensBefore.name}, where the resource is at hand. */
  nameResource(resource: Resource, key: number): void {
    if (resource.firstStep === -1) resource.key = key;
  }

  /** The last step touches something. */
  access(object: object, isWrite: boolean): void {
    if (this.#steps === 0) return;
    if (this.#steps <= this.#known) this.#resources.again(object);
    else this.#touch(this.#resources.of(object), object, isWrite);
  }

  /** As {@link HappensBefore.access}, where the resource is at hand. */
  touch(resource: Resource, isWrite: boolean): void {
    if (this.#steps === 0) return;
    this.#resources.pass();
    if (this.#steps > this.#known) this.#touch(resource, resource, isWrite);
  }

  #touch(resource: Resource, object: object, isWrite: boolean): void {
    const step = this.#steps - 1;
    const touches = this.#touches;
    if (resource.lastStep === step && (resource.hasWritten || !isWrite)) return;
    if (resource.firstStep === -1) {
      resource.firstStep = step;
      resource.key ??= this.#nameMet();
    }
    touches.note(step, resource, isWrite);
    this.onAccess?.(object, isWrite);
    if (resource.lastWrite >= 0 && resource.lastWrite !== step) this.#follows(step, resource.lastWrite);
    if (!isWrite) {
      touches.read(step, resource);
      return;
    }
    const last = resource.lastReader;
    if (last >= 0) {
      let at = last;
      do {
        at = touches.nextReader(at);
        const reader = touches.reader(at);
        if (reader !== step) this.#follows(step, reader);
      } while (at !== last);
    }
    touches.wrote(step, resource);
  }

  /** The last step may have touched anything. */
  touchEverything(): void {
    const step = this.#steps - 1;
    if (step < 0 || this.#steps <= this.#known || this.#isEverything[step] === true) return;
    this.#isEverything[step] = true;
    // Those before the last one of this kind come before it, and so before this.
    for (let earlier = Math.max(0, this.#lastEverything); earlier < step; earlier++) this.#follows(step, earlier);
    this.#lastEverything = step;
  }

  /** Ends a step: what comes before it is known now. */
  close(): void {
    const step = this.#steps - 1;
    const { lookups } = this.#resources;
    if (this.#steps <= this.#known) {
      if (this.#lookups[step] !== lookups) this.#hasDeparted = true;
      return;
    }
    this.#lookups[step] = lookups;
    const words = this.#words;
    const row = step * words;
    const end = this.#directEnds[step] as number;
    for (let index = this.#directStart(step); index < end; index++) {
      const earlier = this.#direct[index] as number;
      const from = earlier * words;
      for (let word = 0; word < words; word++) this.#rows[row + word]! |= this.#rows[from + word]!;
      this.#rows[row + (earlier >>> 5)]! |= 1 << (earlier & 31);
    }
  }

  /** Whether one step must come before another. */
  isBefore(earlier: number, later: number): boolean {
    return (this.#rows[later * this.#words + (earlier >>> 5)]! & (1 << (earlier & 31))) !== 0;
  }

  /** The steps that a step follows directly, some of which come before others of them. */
  directlyBefore(step: number): number[] {
    return this.#direct.slice(this.#directStart(step), this.#directEnds[step]);
  }

  /** Those that a step follows directly and that come before no other of them. */
  justBefore(step: number): number[] {
    const found: number[] = [];
    for (let nth = 0, earlier = 0; (earlier = this.nthJustBefore(step, nth)) !== -1; nth++) {
      if (earlier >= 0) found.push(earlier);
    }
    return found;
  }

  /**
   * The nth of those that a step follows directly, for who looks at them all without a list of them.
   *
   * @returns -1 past the last, and -2 for one that comes before another of them.
   */
  nthJustBefore(step: number, nth: number): number {
    const start = this.#directStart(step);
    const end = this.#directEnds[step] as number;
    if (start + nth >= end) return -1;
    const earlier = this.#direct[start + nth] as number;
    for (let other = start; other < end; other++) {
      if (other !== start + nth && this.isBefore(earlier, this.#direct[other] as number)) return -2;
    }
    return earlier;
  }

  /** The steps that have read something since it was last written; undefined where that is known from the run before. */
  readersOf(object: object): number[] | undefined {
    if (this.#steps <= this.#known) {
      this.#resources.again(object);
      return undefined;
    }
    const readers: number[] = [];
    const last = this.#resources.of(object).lastReader;
    if (last < 0) return readers;
    let at = last;
    do {
      at = this.#touches.nextReader(at);
      readers.push(this.#touches.reader(at));
    } while (at !== last);
    return readers;
  }

  touchedEverything(step: number): boolean {
    return this.#isEverything[step] === true;
  }

  /**
   * The accesses of a step, in names that every run shares which has done the same before `state`.
   *
   * @param fresh the name of what was first touched later than that.
   */
  accessesOf(step: number, state: number, fresh: number): { keys: number[]; writes: boolean[] } {
    const start = this.#touches.start(step);
    const count = this.#touches.end(step) - start;
    const keys = listOf<number>(count);
    const writes = listOf<boolean>(count);
    for (let nth = 0; nth < count; nth++) {
      keys[nth] = nameIn(this.#touches.thing(start + nth), state, fresh);
      writes[nth] = this.#touches.isWrite(start + nth);
    }
    return { keys, writes };
  }

  /** Whether the order of a step and what has such a footprint can matter; see {@link HappensBefore.accessesOf}. */
  meets({ keys, writes }: Footprint, step: number, state: number, fresh: number): boolean {
    if (this.#isEverything[step] === true || keys.includes(EVERYTHING)) return true;
    const end = this.#touches.end(step);
    for (let at = this.#touches.start(step); at < end; at++) {
      const key = nameIn(this.#touches.thing(at), state, fresh);
      for (let other = 0; other < keys.length; other++) {
        if (keys[other] === key && (this.#touches.isWrite(at) || writes[other] === true)) return true;
      }
    }
    return false;
  }

  #follows(step: number, earlier: number): void {
    const end = this.#directEnds[step] as number;
    for (let index = this.#directStart(step); index < end; index++) if (this.#direct[index] === earlier) return;
    this.#direct[end] = earlier;
    this.#directEnds[step] = end + 1;
    this.#times[step] = Math.max(this.timeOf(step), this.timeOf(earlier));
  }

  #directStart(step: number): number {
    return step === 0 ? 0 : (this.#directEnds[step - 1] as number);
  }

  #widen(): void {
    const words = this.#words * 2;
    const rows = new Uint32Array(Math.max(this.#rows.length * 2, this.#steps * words * 2));
    for (let step = 0; step < this.#steps - 1; step++) {
      rows.set(this.#rows.subarray(step * this.#words, (step + 1) * this.#words), step * words);
    }
    this.#rows = rows;
    this.#words = words;
  }
}

function nameIn({ firstStep, key = 0 }: Resource, state: number, fresh: number): number {
  return firstStep < state || holdsEverywhere(key) ? key : fresh;
}
