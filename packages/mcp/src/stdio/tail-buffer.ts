/**
 * The last bytes of a stream that may be endless.
 *
 * @module
 */
import { StringDecoder } from "node:string_decoder";

/** Keeps the last `limit` bytes that were pushed. It takes no memory before the first of them. */
export class TailBuffer {
  readonly #limit: number;
  #ring: Buffer | undefined;
  /** Where the next byte goes. */
  #at = 0;
  #isFull = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Buffer): void {
    const limit = this.#limit;
    if (limit === 0) return;
    const ring = (this.#ring ??= Buffer.alloc(limit));
    const kept = chunk.subarray(Math.max(0, chunk.length - limit));
    const first = kept.copy(ring, this.#at);
    kept.copy(ring, 0, first);
    this.#isFull ||= this.#at + kept.length >= limit;
    this.#at = (this.#at + kept.length) % limit;
  }

  /** What is kept, as text. A character that was cut in two at either end is left out; what is no UTF-8 reads U+FFFD. */
  text(): string {
    const ring = this.#ring;
    if (ring === undefined) return "";
    const bytes = this.#isFull
      ? Buffer.concat([ring.subarray(this.#at), ring.subarray(0, this.#at)])
      : ring.subarray(0, this.#at);
    // The decoder holds back what is incomplete at the end.
    return new StringDecoder("utf8").write(bytes.subarray(this.#isFull ? continuationLength(bytes) : 0));
  }
}

/** How many bytes at the beginning belong to a character that began before them: three at most. */
function continuationLength(bytes: Buffer): number {
  let length = 0;
  while (length < 3 && ((bytes[length] ?? 0) & 0xc0) === 0x80) length += 1;
  return length;
}
