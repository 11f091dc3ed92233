/**
 * Which step of a run must come before which: by making it, or by touching the same thing before it. The transitive closure
 * is kept as one row of bits a step.
 *
 * @module
 */
import type { Footprint } from "./footprint.ts";
import { EVERYTHING } from "./footprint.ts";
import { holdsEverywhere } from "./resource-names.ts";
import { Resource } from "./resource.ts";

const BITS = 32;

export class HappensBefore {
  /** Row by row: bit i of row j says that step i comes before step j. */
  #rows = new Uint32Array(64);
  #words = 1;
  #steps = 0;
  /**
   * What only the last step adds to is kept for all of them one after another, and where that of each step ends. Nothing of it
   * is given back between runs: an array that is emptied and filled again is allocated again.
   */
  readonly #direct: number[] = [];
  readonly #directEnds: number[] = [];
  /** What the steps touched, each once a step, and whether it was written. */
  readonly #touched: Resource[] = [];
  readonly #wrote: boolean[] = [];
  readonly #touchEnds: number[] = [];
  /** The steps that have read a thing since it was written: a ring for each, in the order in which they came. */
  readonly #readers: number[] = [];
  readonly #nextReaders: number[] = [];
  #readerCount = 0;
  readonly #times: number[] = [];
  #resources = new Map<object, Resource>();
  /** Records to be used again in each run, and how many of them this one has in use. */
  readonly #records: Resource[] = [];
  #recordCount = 0;
  /** What was looked up last: most things are touched several times in a row. */
  #lastObject: object | undefined;
  #lastRecord: Resource | undefined;
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

  /** Begins a run. */
  clear(): void {
    this.#steps = 0;
    // A new one: a Map that is cleared leaves a chain of tables behind, each of which keeps a run alive.
    this.#resources = new Map();
    this.#recordCount = 0;
    this.#readerCount = 0;
    this.#lastObject = undefined;
    this.#lastEverything = -1;
  }

  /** Begins a step. @param at the time at which it is due; 0 for what is due at any time. */
  add(madeBy: number, at = 0): void {
    const step = this.#steps++;
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
    this.#touchEnds[step] = this.#touchStart(step);
    if (madeBy >= 0) this.#follows(step, madeBy);
    this.#isEverything[step] = false;
    if (this.#lastEverything >= 0) this.#follows(step, this.#lastEverything);
  }

  /** The latest time at which a step, or one that comes before it, was due: the same in all orders that make no difference. */
  timeOf(step: number): number {
    return step < 0 ? 0 : (this.#times[step] as number);
  }

  /** Something new has this name, whoever touches it first. */
  name(object: object, key: number): void {
    const resource = this.#recordOf(object);
    if (resource.firstStep === -1) resource.key = key;
  }

  /** The last step touches something. */
  access(object: object, isWrite: boolean): void {
    const step = this.#steps - 1;
    if (step < 0) return;
    const resource = this.#recordOf(object);
    if (resource.lastStep === step && (resource.hasWritten || !isWrite)) return;
    if (resource.firstStep === -1) {
      resource.firstStep = step;
      resource.key ??= this.#nameMet();
    }
    this.#note(step, resource, isWrite);
    this.onAccess?.(object, isWrite);
    if (resource.lastWrite >= 0 && resource.lastWrite !== step) this.#follows(step, resource.lastWrite);
    if (!isWrite) {
      this.#addReader(resource, step);
      return;
    }
    const last = resource.lastReader;
    if (last >= 0) {
      let at = last;
      do {
        at = this.#nextReaders[at] as number;
        const reader = this.#readers[at] as number;
        if (reader !== step) this.#follows(step, reader);
      } while (at !== last);
      resource.lastReader = -1;
    }
    resource.lastWrite = step;
  }

  /** The last step may have touched anything. */
  touchEverything(): void {
    const step = this.#steps - 1;
    if (step < 0 || this.#isEverything[step] === true) return;
    this.#isEverything[step] = true;
    // Those before the last one of this kind come before it, and so before this.
    for (let earlier = Math.max(0, this.#lastEverything); earlier < step; earlier++) this.#follows(step, earlier);
    this.#lastEverything = step;
  }

  /** Ends a step: what comes before it is known now. */
  close(): void {
    const step = this.#steps - 1;
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
    const [start, end] = [this.#directStart(step), this.#directEnds[step] as number];
    const found: number[] = [];
    for (let index = start; index < end; index++) {
      const earlier = this.#direct[index] as number;
      let isLast = true;
      for (let other = start; other < end && isLast; other++) {
        isLast = other === index || !this.isBefore(earlier, this.#direct[other] as number);
      }
      if (isLast) found.push(earlier);
    }
    return found;
  }

  /** The steps that have read something since it was last written. */
  readersOf(object: object): number[] {
    const readers: number[] = [];
    const last = this.#recordOf(object).lastReader;
    if (last < 0) return readers;
    let at = last;
    do {
      at = this.#nextReaders[at] as number;
      readers.push(this.#readers[at] as number);
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
    const keys: number[] = [];
    const writes: boolean[] = [];
    const end = this.#touchEnds[step] as number;
    for (let index = this.#touchStart(step); index < end; index++) {
      keys.push(nameIn(this.#touched[index] as Resource, state, fresh));
      writes.push(this.#wrote[index] as boolean);
    }
    return { keys, writes };
  }

  /** Whether the order of a step and what has such a footprint can matter; see {@link HappensBefore.accessesOf}. */
  meets({ keys, writes }: Footprint, step: number, state: number, fresh: number): boolean {
    if (this.#isEverything[step] === true || keys.includes(EVERYTHING)) return true;
    const end = this.#touchEnds[step] as number;
    for (let index = this.#touchStart(step); index < end; index++) {
      const key = nameIn(this.#touched[index] as Resource, state, fresh);
      for (let other = 0; other < keys.length; other++) {
        if (keys[other] === key && (this.#wrote[index] === true || writes[other] === true)) return true;
      }
    }
    return false;
  }

  #recordOf(object: object): Resource {
    if (object === this.#lastObject) return this.#lastRecord as Resource;
    if (object instanceof Resource) return object;
    let record = this.#resources.get(object);
    if (record === undefined) {
      record = this.#records[this.#recordCount]?.reset() ?? (this.#records[this.#recordCount] = new Resource());
      this.#recordCount += 1;
      this.#resources.set(object, record);
    }
    this.#lastObject = object;
    this.#lastRecord = record;
    return record;
  }

  /** Notes an access of a step, of which no earlier one says as much. */
  #note(step: number, resource: Resource, isWrite: boolean): void {
    resource.hasWritten = isWrite;
    if (resource.lastStep === step) {
      this.#wrote[resource.lastTouch] = true;
      return;
    }
    const at = this.#touchEnds[step] as number;
    this.#touched[at] = resource;
    this.#wrote[at] = isWrite;
    this.#touchEnds[step] = at + 1;
    resource.lastStep = step;
    resource.lastTouch = at;
  }

  #addReader(resource: Resource, step: number): void {
    const at = this.#readerCount++;
    const last = resource.lastReader;
    this.#readers[at] = step;
    this.#nextReaders[at] = last < 0 ? at : (this.#nextReaders[last] as number);
    if (last >= 0) this.#nextReaders[last] = at;
    resource.lastReader = at;
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

  #touchStart(step: number): number {
    return step === 0 ? 0 : (this.#touchEnds[step - 1] as number);
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
