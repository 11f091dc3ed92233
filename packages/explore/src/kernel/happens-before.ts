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
  /** The steps that step j follows directly: that it conflicts with, or that made it. */
  readonly #direct: number[][] = [];
  /** What step j touched, each once, and whether it wrote. */
  readonly #touched: Resource[][] = [];
  readonly #wrote: boolean[][] = [];
  readonly #times: number[] = [];
  #resources = new Map<object, Resource>();
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
    const direct = (this.#direct[step] ??= []);
    direct.length = 0;
    if (madeBy >= 0) direct.push(madeBy);
    (this.#touched[step] ??= []).length = 0;
    (this.#wrote[step] ??= []).length = 0;
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
      resource.addReader(step);
      return;
    }
    for (const reader of resource.readers) if (reader !== step) this.#follows(step, reader);
    resource.forgetReaders();
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
    for (const earlier of this.#direct[step] ?? []) {
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
  directlyBefore(step: number): readonly number[] {
    return this.#direct[step] ?? [];
  }

  /** The steps that have read something since it was last written. */
  readersOf(object: object): readonly number[] {
    return [...this.#recordOf(object).readers];
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
    const touched = this.#touched[step] ?? [];
    const keys = touched.map((resource) => nameIn(resource, state, fresh));
    return { keys, writes: [...(this.#wrote[step] ?? [])] };
  }

  /** Whether the order of a step and what has such a footprint can matter; see {@link HappensBefore.accessesOf}. */
  meets({ keys, writes }: Footprint, step: number, state: number, fresh: number): boolean {
    if (this.#isEverything[step] === true || keys.includes(EVERYTHING)) return true;
    const touched = this.#touched[step] ?? [];
    const wrote = this.#wrote[step] ?? [];
    for (let index = 0; index < touched.length; index++) {
      const key = nameIn(touched[index] as Resource, state, fresh);
      for (let other = 0; other < keys.length; other++) {
        if (keys[other] === key && (wrote[index] === true || writes[other] === true)) return true;
      }
    }
    return false;
  }

  #recordOf(object: object): Resource {
    if (object instanceof Resource) return object;
    let resource = this.#resources.get(object);
    if (resource === undefined) {
      resource = new Resource();
      this.#resources.set(object, resource);
    }
    return resource;
  }

  /** Notes an access of a step, of which no earlier one says as much. */
  #note(step: number, resource: Resource, isWrite: boolean): void {
    const touched = this.#touched[step] as Resource[];
    const wrote = this.#wrote[step] as boolean[];
    if (resource.lastStep === step) {
      wrote[touched.indexOf(resource)] = true;
      resource.hasWritten = true;
      return;
    }
    touched.push(resource);
    wrote.push(isWrite);
    resource.lastStep = step;
    resource.hasWritten = isWrite;
  }

  #follows(step: number, earlier: number): void {
    const direct = this.#direct[step];
    if (direct === undefined || direct.includes(earlier)) return;
    direct.push(earlier);
    this.#times[step] = Math.max(this.timeOf(step), this.timeOf(earlier));
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
