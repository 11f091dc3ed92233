/**
 * Undoes the content encodings of a body as it streams in, and has it searched.
 *
 * @module
 */
import { pipeline, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from "node:zlib";
import { BodyScanner, type Finding, type Signature } from "./body-scanner.ts";

/** One body. */
export class BodyDecoder {
  readonly #scanner: BodyScanner;
  /** The last one applied comes first. */
  readonly #codings: readonly string[];
  readonly #isUnknown: boolean;
  #first: Transform | undefined;
  #result: Promise<Error | undefined> | undefined;

  constructor(signature: Signature, contentType: string, contentEncoding: string) {
    this.#scanner = new BodyScanner(signature, contentType);
    const codings = contentEncoding
      .split(",")
      .map((coding) => coding.trim().toLowerCase())
      .filter((coding) => coding !== "" && coding !== "identity");
    this.#isUnknown = codings.some((coding) => !known.has(coding));
    this.#codings = this.#isUnknown ? [] : codings.toReversed();
  }

  /** Takes a part of the body; a promise says that no more should come before it resolves. */
  push(chunk: Buffer): Promise<void> | undefined {
    if (this.#codings.length === 0) {
      this.#scanner.push(chunk);
      return undefined;
    }
    const first = this.#first ?? this.#begin(chunk);
    if (first.destroyed || first.write(chunk)) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    first.once("drain", resolve).once("close", resolve);
    return promise;
  }

  /** Ends the body, and gives what was found; an error when it does not decode. An encoding nobody knows is searched as it is. */
  async end(): Promise<Finding | Error> {
    this.#first?.end();
    const error = await this.#result;
    if (error !== undefined) return error;
    const finding = this.#scanner.end();
    return this.#isUnknown ? { ...finding, isCut: true } : finding;
  }

  /** Lets go of a body that will not come to its end. */
  drop(): void {
    this.#first?.destroy();
  }

  #begin(chunk: Buffer): Transform {
    const streams = this.#codings.map((coding, index) => decoderOf(coding, index === 0 ? chunk : undefined));
    const last = streams.at(-1) as Transform;
    last.on("data", (part: Buffer) => this.#scanner.push(part));
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    if (streams.length > 1) pipeline(streams, (error) => resolve(error ?? undefined));
    else last.once("end", () => resolve(undefined)).once("error", resolve);
    // Destroyed without a reason.
    last.once("close", () => resolve(new Error("the body was dropped")));
    this.#result = promise;
    this.#first = streams[0] as Transform;
    return this.#first;
  }
}

const known: ReadonlySet<string> = new Set(["br", "deflate", "gzip", "x-gzip", "zstd"]);

function decoderOf(coding: string, chunk: Buffer | undefined): Transform {
  if (coding === "br") return createBrotliDecompress();
  if (coding === "zstd") return createZstdDecompress();
  if (coding !== "deflate") return createGunzip();
  // Some servers leave out the header of zlib, whose first byte ends in 8.
  return ((chunk?.[0] ?? 8) & 0x0f) === 8 ? createInflate() : createInflateRaw();
}
