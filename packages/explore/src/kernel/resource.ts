/**
 * What a run remembers of one thing that its steps touch. Who has the record at hand touches it without looking it up.
 *
 * @module
 */

const none: number[] = [];

export class Resource {
  /** Its name in terms of runs; undefined until it is known or needed. */
  key: number | undefined;
  /** What it is, for a person, where the program gave it a name. */
  readonly words: string | undefined;
  /** The step that touched it first; it has a name that holds in other runs only for those who came after. */
  firstStep = -1;
  lastWrite = -1;
  /** The steps that have read it since. */
  readers: number[] = none;
  /** The last step that has touched it, and whether it has written. */
  lastStep = -1;
  hasWritten = false;

  constructor(key?: number, words?: string) {
    this.key = key;
    this.words = words;
  }

  /** A step has read it. */
  addReader(step: number): void {
    if (this.readers === none) this.readers = [step];
    else this.readers.push(step);
  }

  forgetReaders(): void {
    this.readers = none;
  }
}
