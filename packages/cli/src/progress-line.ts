/**
 * One line on a terminal that says how far a command is; nothing in a pipe.
 *
 * @module
 */

/** Draws over itself until it is cleared. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #isShown: boolean;
  #last = "";

  constructor(stream: NodeJS.WriteStream, isWanted: boolean) {
    this.#stream = stream;
    this.#isShown = isWanted && stream.isTTY;
  }

  show(doing: string, done: number, of: number): void {
    if (!this.#isShown) return;
    const share = of === 0 ? 0 : Math.min(1, done / of);
    const bar = "█".repeat(Math.round(share * 20)).padEnd(20, "░");
    // A terminal that does not know its width says 0, or nothing at all.
    const line = `${bar} ${doing} ${done} of ${of}`.slice(0, (this.#stream.columns || 80) - 1);
    if (line === this.#last) return;
    this.#last = line;
    this.#stream.write(`\r\u001b[2K${line}`);
  }

  clear(): void {
    if (this.#isShown && this.#last !== "") this.#stream.write("\r\u001b[2K");
    this.#last = "";
  }
}
