/**
 * Server-sent events, read from bytes as they come: https://html.spec.whatwg.org/multipage/server-sent-events.html.
 *
 * A line is decoded when it is whole. Its ends are ASCII, and no byte of a longer UTF-8 sequence is, so a sequence that is
 * split between two chunks is never decoded in halves.
 *
 * @module
 */
import { HttpLimitError } from "./http-failure.ts";

/** Where the parser puts what it reads, in the order of the stream. */
export interface SseSink {
  /** The id that the stream can be resumed after; an empty one says that it cannot be. It comes before its event. */
  sseId(id: string): void;
  /** An event with data, which may be empty. */
  sseEvent(data: string, type: string): void;
  /** How long to wait before the stream is opened again, in milliseconds. */
  sseRetry(delay: number): void;
}

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const BOM = [0xef, 0xbb, 0xbf];

const DATA = Buffer.from("data");
const EVENT = Buffer.from("event");
const ID = Buffer.from("id");
const RETRY = Buffer.from("retry");

/** Reads one stream. What has no blank line after it when the stream ends is no event, and is never told. */
export class SseParser {
  readonly #sink: SseSink;
  readonly #limit: number;
  /** The parts of a line whose end has not come. */
  #parts: Buffer[] = [];
  /** Their bytes and those of the data of the event that has not ended. */
  #held = 0;
  /** Bytes of a byte order mark that may be one; undefined once that is decided. */
  #mark: Buffer | undefined = Buffer.alloc(0);
  #skipsLf = false;
  #isStopped = false;
  #data: string | undefined;
  #type = "";
  #id: string | undefined;

  /** @param limit the most bytes that an event may have. */
  constructor(sink: SseSink, limit: number) {
    this.#sink = sink;
    this.#limit = limit;
  }

  /** Tells nothing any more, also of the chunk that is being read. */
  stop(): void {
    this.#isStopped = true;
    this.#parts = [];
    this.#data = undefined;
  }

  /** @throws {@link HttpLimitError} for an event, or a line, that is too long. */
  push(chunk: Buffer): void {
    const bytes = this.#mark === undefined ? chunk : this.#withoutMark(chunk, this.#mark);
    const end = bytes.length;
    let at = 0;
    if (this.#skipsLf && end > 0) {
      this.#skipsLf = false;
      if (bytes[0] === LF) at = 1;
    }
    let lf = bytes.indexOf(LF, at);
    let cr = bytes.indexOf(CR, at);
    while (!this.#isStopped && (lf !== -1 || cr !== -1)) {
      const isCr = lf === -1 || (cr !== -1 && cr < lf);
      const stop = isCr ? cr : lf;
      this.#endLine(bytes, at, stop);
      at = stop + 1;
      if (isCr) {
        if (at === end) this.#skipsLf = true;
        else if (bytes[at] === LF) at += 1;
        cr = bytes.indexOf(CR, at);
      }
      if (lf !== -1 && lf < at) lf = bytes.indexOf(LF, at);
    }
    if (at < end && !this.#isStopped) {
      this.#hold(end - at);
      this.#parts.push(bytes.subarray(at));
    }
  }

  #withoutMark(chunk: Buffer, begun: Buffer): Buffer {
    const bytes = begun.length === 0 ? chunk : Buffer.concat([begun, chunk]);
    const isMark = BOM.every((byte, index) => index >= bytes.length || bytes[index] === byte);
    if (isMark && bytes.length < BOM.length) {
      this.#mark = bytes;
      return bytes.subarray(0, 0);
    }
    this.#mark = undefined;
    return isMark ? bytes.subarray(BOM.length) : bytes;
  }

  #endLine(bytes: Buffer, start: number, end: number): void {
    if (this.#parts.length === 0) {
      this.#line(bytes, start, end);
      return;
    }
    const line = Buffer.concat([...this.#parts, bytes.subarray(start, end)]);
    for (const part of this.#parts) this.#held -= part.length;
    this.#parts = [];
    this.#line(line, 0, line.length);
  }

  #line(bytes: Buffer, start: number, end: number): void {
    if (start === end) {
      this.#dispatch();
      return;
    }
    // The fields differ in their first letter; a comment begins with the colon.
    switch (bytes[start]) {
      case DATA[0]: {
        const value = fieldOf(DATA, bytes, start, end);
        if (value === -1) return;
        this.#hold(end - value + 1);
        const text = bytes.toString("utf8", value, end);
        this.#data = this.#data === undefined ? text : `${this.#data}\n${text}`;
        return;
      }
      case EVENT[0]: {
        const value = fieldOf(EVENT, bytes, start, end);
        if (value !== -1) this.#type = bytes.toString("utf8", value, end);
        return;
      }
      case ID[0]: {
        const value = fieldOf(ID, bytes, start, end);
        if (value !== -1 && !bytes.subarray(value, end).includes(0)) this.#id = bytes.toString("utf8", value, end);
        return;
      }
      case RETRY[0]: {
        const value = fieldOf(RETRY, bytes, start, end);
        const digits = value === -1 ? "" : bytes.toString("latin1", value, end);
        if (/^[0-9]+$/.test(digits)) this.#sink.sseRetry(Number(digits));
        return;
      }
      default:
    }
  }

  #dispatch(): void {
    const data = this.#data;
    const type = this.#type;
    const id = this.#id;
    this.#data = undefined;
    this.#type = "";
    this.#id = undefined;
    this.#held = 0;
    if (id !== undefined) this.#sink.sseId(id);
    if (data !== undefined) this.#sink.sseEvent(data, type === "" ? "message" : type);
  }

  #hold(bytes: number): void {
    this.#held += bytes;
    if (this.#held > this.#limit) throw new HttpLimitError("event", this.#limit);
  }
}

/** Where the value of the line begins, when its field is `name`; else -1. */
function fieldOf(name: Buffer, bytes: Buffer, start: number, end: number): number {
  const after = start + name.length;
  if (after > end) return -1;
  for (let index = 1; index < name.length; index += 1) if (bytes[start + index] !== name[index]) return -1;
  if (after === end) return end;
  if (bytes[after] !== COLON) return -1;
  return after + 1 < end && bytes[after + 1] === SPACE ? after + 2 : after + 1;
}
