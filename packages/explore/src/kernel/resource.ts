/**
 * What a run remembers of one thing that its steps touch. Who has the record at hand touches it without looking it up.
 *
 * @module
 */

export class Resource {
  /** Its name in terms of runs; undefined until it is known or needed. */
  key: number | undefined;
  /** What it is, for a person, where the program gave it a name. */
  readonly words: string | undefined;
  /** The step that touched it first; it has a name that holds in other runs only for those who came after. */
  firstStep = -1;
  lastWrite = -1;
  /** The row of the steps that have read it since, in {@link Touches.readers}; -1 for none yet. */
  readers = -1;
  /** The last step that has touched it, and whether it has written. */
  lastStep = -1;
  hasWritten = false;
  /** Where that touch is kept. */
  lastTouch = -1;

  constructor(key?: number, words?: string) {
    this.key = key;
    this.words = words;
  }

  /** As if no step had touched it. */
  untouch(): void {
    this.firstStep = -1;
    this.lastWrite = -1;
    this.readers = -1;
    this.lastStep = -1;
  }

  /** As if new, for another thing in another run. */
  reset(): this {
    this.key = undefined;
    this.untouch();
    return this;
  }
}
