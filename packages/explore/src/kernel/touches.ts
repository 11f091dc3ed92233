/**
 * What the steps of a run touched, and in what state that leaves each thing: who has written it last, and who has read it since.
 *
 * All of it lies one after another in arrays that outlive the run: an array that is emptied and filled again takes its places anew.
 *
 * @module
 */
import { BitRows } from "./bit-rows.ts";
import type { Resource } from "./resource.ts";

export class Touches {
  /** Each thing once a step, and whether it was written; and where the touches of each step end. */
  readonly #touched: Resource[] = [];
  readonly #wrote: boolean[] = [];
  readonly #ends: number[] = [];
  /** How many steps there are. */
  #steps = 0;
  /** The steps that have read a thing since it was written: a row for each that has been read. */
  readonly readers: BitRows = new BitRows();
  #rows = 0;

  /** Begins a run whose first steps are those of the one before; things are left as those steps left them. */
  begin(kept: number): void {
    const [keptEnd, end] = [this.start(kept), this.start(this.#steps)];
    for (let at = 0; at < end; at++) (this.#touched[at] as Resource).untouch();
    this.#steps = kept;
    this.#rows = 0;
    for (let step = 0, at = 0; at < keptEnd; at++) {
      while (at === this.#ends[step]) step += 1;
      const thing = this.#touched[at] as Resource;
      if (thing.firstStep === -1) thing.firstStep = step;
      if (this.#wrote[at] === true) this.wrote(step, thing);
      else this.read(step, thing);
    }
  }

  /** Begins a step. */
  add(): void {
    this.#ends[this.#steps] = this.start(this.#steps);
    this.#steps += 1;
  }

  /** Where the touches of a step stand, up to {@link Touches.end}. */
  start(step: number): number {
    return step === 0 ? 0 : (this.#ends[step - 1] as number);
  }

  end(step: number): number {
    return this.#ends[step] as number;
  }

  thing(at: number): Resource {
    return this.#touched[at] as Resource;
  }

  isWrite(at: number): boolean {
    return this.#wrote[at] as boolean;
  }

  /** Notes a touch of the last step, of which no earlier one says as much. */
  note(step: number, thing: Resource, isWrite: boolean): void {
    thing.hasWritten = isWrite;
    if (thing.lastStep === step) {
      this.#wrote[thing.lastTouch] = true;
      return;
    }
    const at = this.#ends[step] as number;
    this.#touched[at] = thing;
    this.#wrote[at] = isWrite;
    this.#ends[step] = at + 1;
    thing.lastStep = step;
    thing.lastTouch = at;
  }

  /** A step has written it: those who have read it before no longer count. */
  wrote(step: number, thing: Resource): void {
    if (thing.readers >= 0) this.readers.clear(thing.readers);
    thing.lastWrite = step;
  }

  /** A step has read it. */
  read(step: number, thing: Resource): void {
    if (thing.readers < 0) {
      thing.readers = this.#rows++;
      this.readers.makeRoom(thing.readers, 0);
      this.readers.clear(thing.readers);
    }
    this.readers.add(thing.readers, step);
  }
}
