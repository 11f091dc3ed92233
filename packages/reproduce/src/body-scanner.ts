/**
 * Looks for a signature in a body as it streams in, wherever the chunks are cut.
 *
 * @module
 */
import { StringDecoder } from "node:string_decoder";

/** What to look for: exact text, or a regular expression. */
export type Signature = string | RegExp;

/** What was found in one body. */
export interface Finding {
  readonly isHit: boolean;
  /** Whether the body was longer than what a regular expression is shown, so that a miss is none for certain. */
  readonly isCut: boolean;
  /** The beginning of the body. */
  readonly sample: string;
}

/** UTF-16 units of a body that a regular expression is shown, at most: 1 Mi. Text is looked for in all of it. */
const shownLength = 1_048_576;
const sampleLength = 400;

/** Reads one body as UTF-8; bytes that are not UTF-8 become replacement characters. */
export class BodyScanner {
  readonly #signature: Signature;
  readonly #decoder = new StringDecoder("utf8");
  /** What has to be kept: all that a regular expression is shown, or the end that a match across a cut could begin in. */
  #kept = "";
  #length = 0;
  #sample = "";
  #isHit = false;

  constructor(signature: Signature) {
    this.#signature = signature;
  }

  push(chunk: Uint8Array): void {
    this.#take(this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
  }

  /** Ends the body. */
  end(): Finding {
    this.#take(this.#decoder.end());
    const isText = typeof this.#signature === "string";
    return {
      // search(), unlike test(), neither heeds nor moves where the expression has stopped before.
      isHit: typeof this.#signature === "string" ? this.#isHit : this.#kept.search(this.#signature) !== -1,
      isCut: !isText && this.#length > shownLength,
      // The limit may have halved a surrogate pair.
      sample: this.#sample.replace(/[\uD800-\uDBFF]$/, ""),
    };
  }

  #take(text: string): void {
    this.#length += text.length;
    if (this.#sample.length < sampleLength) this.#sample = (this.#sample + text).slice(0, sampleLength);
    if (typeof this.#signature === "string") this.#search(this.#signature, text);
    else if (this.#kept.length < shownLength) this.#kept += text.slice(0, shownLength - this.#kept.length);
  }

  #search(signature: string, text: string): void {
    if (this.#isHit) return;
    const joined = this.#kept + text;
    this.#isHit = joined.includes(signature);
    // Not slice(-n): for a signature of one character n is 0, and that would keep everything.
    this.#kept = joined.slice(Math.max(0, joined.length - signature.length + 1));
  }
}
