/**
 * Looks for a signature in a body as it streams in, wherever the chunks are cut and whatever its characters are coded in.
 *
 * @module
 */
import { TextDecoder } from "node:util";

/** What to look for: exact text, or a regular expression. */
export type Signature = string | RegExp;

/** What was found in one body. */
export interface Finding {
  readonly isHit: boolean;
  /** Whether there was more of the body than could be searched, so that a miss is none for certain. */
  readonly isCut: boolean;
  /** The beginning of the body. */
  readonly sample: string;
}

/** UTF-16 units of a body that a regular expression is shown, at most: 1 Mi. Text is looked for in all of it. */
const shownLength = 1_048_576;
const sampleLength = 400;
/** No byte order mark is longer. */
const markLength = 3;

/**
 * Reads one body in the charset of its content type, or in the one that its byte order mark stands for; UTF-8 when there
 * is neither. Bytes that are no characters become replacement characters.
 */
export class BodyScanner {
  readonly #signature: Signature;
  readonly #contentType: string;
  #decoder: TextDecoder | undefined;
  /** The first bytes, while they may be the beginning of a mark. */
  #first: Buffer = Buffer.alloc(0);
  /** What has to be kept: all that a regular expression is shown, or the end that a match across a cut could begin in. */
  #kept = "";
  #length = 0;
  #sample = "";
  #isHit = false;

  constructor(signature: Signature, contentType = "") {
    this.#signature = signature;
    this.#contentType = contentType;
  }

  push(chunk: Uint8Array): void {
    if (this.#decoder !== undefined) return this.#take(this.#decoder.decode(chunk, { stream: true }));
    this.#first = Buffer.concat([this.#first, chunk]);
    if (this.#first.length >= markLength) this.#begin();
  }

  /** Ends the body. */
  end(): Finding {
    const decoder = this.#decoder ?? this.#begin();
    this.#take(decoder.decode());
    const isText = typeof this.#signature === "string";
    return {
      // search(), unlike test(), neither heeds nor moves where the expression has stopped before.
      isHit: typeof this.#signature === "string" ? this.#isHit : this.#kept.search(this.#signature) !== -1,
      isCut: !isText && this.#length > shownLength,
      sample: sampleOf(this.#sample),
    };
  }

  #begin(): TextDecoder {
    const decoder = decoderFor(this.#contentType, this.#first);
    this.#decoder = decoder;
    this.#take(decoder.decode(this.#first, { stream: true }));
    return decoder;
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

/** Looks for text in bodies that have come in one piece, without decoding them. */
export class ByteScanner {
  readonly #signature: Signature;
  readonly #bytes: Buffer | undefined;
  #isUtf8 = false;
  #contentType: string | undefined;

  constructor(signature: Signature) {
    this.#signature = signature;
    // A replacement character stands for bytes of any kind, and half a pair for none.
    const hasBytes = typeof signature === "string" && signature.isWellFormed() && !signature.includes("\u{FFFD}");
    this.#bytes = hasBytes ? Buffer.from(signature) : undefined;
  }

  /** Finds in the bytes exactly what {@link BodyScanner} finds: in UTF-8 no character can begin inside another. */
  find(body: Buffer, contentType: string): Finding {
    if (this.#bytes === undefined || !this.#readsUtf8(contentType) || isMarked(body)) {
      const scanner = new BodyScanner(this.#signature, contentType);
      scanner.push(body);
      return scanner.end();
    }
    if (!body.includes(this.#bytes)) return miss;
    return { isHit: true, isCut: false, sample: sampleOf(body.toString("utf8", 0, 4 * sampleLength)) };
  }

  #readsUtf8(contentType: string): boolean {
    if (contentType === this.#contentType) return this.#isUtf8;
    this.#contentType = contentType;
    this.#isUtf8 = charsetOf(contentType) === "utf-8";
    return this.#isUtf8;
  }
}

/** The sample of a miss is never looked at. */
const miss: Finding = { isHit: false, isCut: false, sample: "" };

/** Whether a body may begin with a mark of UTF-16. */
function isMarked(body: Buffer): boolean {
  return (body[0] ?? 0) >= 0xfe;
}

function decoderFor(contentType: string, [one, two, three]: Buffer): TextDecoder {
  // The marks stay in the text, as a signature may name them.
  const options = { ignoreBOM: true };
  if (one === 0xef && two === 0xbb && three === 0xbf) return new TextDecoder("utf-8", options);
  if (one === 0xff && two === 0xfe) return new TextDecoder("utf-16le", options);
  if (one === 0xfe && two === 0xff) return new TextDecoder("utf-16be", options);
  return new TextDecoder(charsetOf(contentType), options);
}

/** The name of the charset, by the table of the WHATWG: `latin1` is windows-1252. UTF-8 for one that is not known. */
function charsetOf(contentType: string): string {
  const [, quoted, plain] = /;[\t ]*charset=(?:"([^"]*)"|([^\s;"]*))/i.exec(contentType) ?? [];
  const label = quoted ?? plain;
  if (label === undefined) return "utf-8";
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return "utf-8";
  }
}

/** The limit may have halved a surrogate pair. */
function sampleOf(text: string): string {
  return text.slice(0, sampleLength).replace(/[\uD800-\uDBFF]$/, "");
}
