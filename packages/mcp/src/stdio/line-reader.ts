/**
 * Cuts what a process writes into lines, wherever its writes were split, and keeps a line that is too long from filling
 * the memory.
 *
 * @module
 */

const LINE_FEED = 0x0a;
/** How much is kept of either end of a line that is too long, in bytes: room for what names the message. */
const KEPT_OF_LONG = 256;

/** What comes out of a {@link LineReader}. */
export interface LineHandlers {
  /** Called with each line, without its line feed; a carriage return before that is still there. */
  readonly onLine: (line: string) => void;
  /** Called at the end of a line of more bytes than the limit, with as much of it as was kept. */
  readonly onLongLine: (head: string, tail: string) => void;
}

/** Reads lines of UTF-8 from chunks of bytes. Only whole lines are decoded, so no character is ever cut in two. */
export class LineReader {
  readonly #limit: number;
  readonly #handlers: LineHandlers;
  /** The pieces of the line that is not complete yet, and their length together. */
  #pieces: Buffer[] = [];
  #length = 0;
  /** Of a line that is too long already: its beginning; its end so far is in `#pieces`. */
  #head: string | undefined;

  /** @param limit the most bytes that a line may have. */
  constructor(limit: number, handlers: LineHandlers) {
    this.#limit = limit;
    this.#handlers = handlers;
  }

  /** Takes the next chunk, and calls the handlers for each line that it completes. */
  push(chunk: Buffer): void {
    let begin = 0;
    let end = chunk.indexOf(LINE_FEED);
    while (end !== -1) {
      const next = end + 1;
      if (this.#length === 0 && end - begin <= this.#limit) this.#handlers.onLine(chunk.toString("utf8", begin, end));
      else this.#complete(chunk.subarray(begin, end));
      begin = next;
      end = chunk.indexOf(LINE_FEED, begin);
    }
    if (begin < chunk.length) this.#keep(chunk.subarray(begin));
  }

  #keep(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length <= this.#limit) return;
    const whole = Buffer.concat(this.#pieces);
    this.#head ??= whole.toString("utf8", 0, KEPT_OF_LONG);
    // Copied, or the end of the line would keep all of it.
    this.#pieces = [Buffer.from(whole.subarray(-KEPT_OF_LONG))];
  }

  #complete(piece: Buffer): void {
    this.#keep(piece);
    const head = this.#head;
    const [only, ...more] = this.#pieces;
    const line = (only === undefined || more.length > 0 ? Buffer.concat(this.#pieces) : only).toString();
    this.#pieces = [];
    this.#length = 0;
    this.#head = undefined;
    if (head === undefined) this.#handlers.onLine(line);
    else this.#handlers.onLongLine(head, line);
  }
}
