/**
 * Which step of a run must come before which: by making it, or by touching the same thing before it.
 *
 * @module
 */
import { BitRows } from "./bit-rows.ts";
import { type Footprint, wholeWorld } from "./footprint.ts";
import { listOf } from "./lists.ts";
import { holdsEverywhere } from "./resource-names.ts";
import type { Resource } from "./resource.ts";
import { Resources } from "./resources.ts";
import { Touches } from "./touches.ts";

export class HappensBefore {
  #steps = 0;
  /** For how many steps there is room. */
  #room = 0;
  /** For each step all that come before it; those that it follows directly; and those of them that come before no other of them. */
  readonly #before = new BitRows();
  readonly #direct = new BitRows();
  readonly #just = new BitRows();
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
    this.#times[step] = at;
    if (step >= this.#room) this.#makeRoom();
    this.#before.clear(step);
    this.#direct.clear(step);
    this.#touches.add();
    if (madeBy >= 0) this.#direct.add(step, madeBy);
    this.#isEverything[step] = false;
    if (this.#lastEverything >= 0) this.#direct.add(step, this.#lastEverything);
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
    return (this.#readings[reading] = this.#latest(step));
  }

  #makeRoom(): void {
    this.#room = Math.max(32, this.#room * 2);
    for (const rows of [this.#before, this.#direct, this.#just]) rows.makeRoom(this.#room - 1, this.#room);
    this.#touches.readers.makeRoom(0, this.#room);
  }

  /** The latest time at which a step, or one that it follows, was due. */
  #latest(step: number): number {
    let latest = this.#times[step] as number;
    for (let earlier = this.#direct.next(step, 0); earlier !== -1; earlier = this.#direct.next(step, earlier + 1)) {
      const time = this.#times[earlier] as number;
      if (time > latest) latest = time;
    }
    return latest;
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
    if (resource.lastWrite >= 0 && resource.lastWrite !== step) this.#direct.add(step, resource.lastWrite);
    if (!isWrite) {
      touches.read(step, resource);
      return;
    }
    if (resource.readers >= 0) {
      this.#direct.addAll(step, touches.readers, resource.readers);
      // It may have read it itself.
      this.#direct.delete(step, step);
    }
    touches.wrote(step, resource);
  }

  /** The last step may have touched anything. */
  touchEverything(): void {
    const step = this.#steps - 1;
    if (step < 0 || this.#steps <= this.#known || this.#isEverything[step] === true) return;
    this.#isEverything[step] = true;
    // Those before the last one of this kind come before it, and so before this.
    for (let earlier = Math.max(0, this.#lastEverything); earlier < step; earlier++) this.#direct.add(step, earlier);
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
    const before = this.#before;
    const direct = this.#direct;
    let latest = this.#times[step] as number;
    for (let earlier = direct.next(step, 0); earlier !== -1; earlier = direct.next(step, earlier + 1)) {
      before.addAll(step, before, earlier);
      const time = this.#times[earlier] as number;
      if (time > latest) latest = time;
    }
    this.#times[step] = latest;
    this.#just.setDifference(step, direct, before);
    before.addAll(step, direct, step);
  }

  /** Whether one step must come before another. */
  isBefore(earlier: number, later: number): boolean {
    return this.#before.has(later, earlier);
  }

  /** The steps that a step follows directly, some of which come before others of them. */
  directlyBefore(step: number): number[] {
    return this.#direct.list(step);
  }

  /** Those that a step follows directly and that come before no other of them. */
  justBefore(step: number): number[] {
    return this.#just.list(step);
  }

  /** The first of those, from `from` up, for who goes through them without a list; -1 for none. */
  nextJustBefore(step: number, from: number): number {
    return this.#just.next(step, from);
  }

  /** The steps that have read something since it was last written; undefined where that is known from the run before. */
  readersOf(object: object): number[] | undefined {
    if (this.#steps <= this.#known) {
      this.#resources.again(object);
      return undefined;
    }
    const { readers } = this.#resources.of(object);
    return readers < 0 ? [] : this.#touches.readers.list(readers);
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
  meets(footprint: Footprint, step: number, state: number, fresh: number): boolean {
    if (this.#isEverything[step] === true || footprint === wholeWorld) return true;
    const { keys, writes } = footprint;
    const end = this.#touches.end(step);
    for (let at = this.#touches.start(step); at < end; at++) {
      const key = nameIn(this.#touches.thing(at), state, fresh);
      for (let other = 0; other < keys.length; other++) {
        if (keys[other] === key && (this.#touches.isWrite(at) || writes[other] === true)) return true;
      }
    }
    return false;
  }
}

function nameIn({ firstStep, key = 0 }: Resource, state: number, fresh: number): number {
  return firstStep < state || holdsEverywhere(key) ? key : fresh;
}
