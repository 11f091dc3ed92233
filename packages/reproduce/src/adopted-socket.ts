/**
 * A socket that changes hands in the middle of a response: whoever takes it over may believe that it is new.
 *
 * @module
 */
import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** Swallows the request that has been sent already, and only then gives the bytes that have been read already. */
export class AdoptedSocket extends Duplex {
  readonly #socket: Socket;
  /** What has come before the request; a response that comes first would be an error. The end is null. */
  #held: (Buffer | null)[] | undefined = [];
  /** Whether what is written has been sent by the owner before. */
  isSwallowing = true;

  constructor(socket: Socket) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    socket.on("end", () => this.feed(null));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.#held === undefined && this.destroy());
  }

  /** Takes bytes that the socket has read; gives false when no more should be read for now. */
  feed(bytes: Buffer | null): boolean {
    if (this.#held === undefined) return this.destroyed || this.push(bytes);
    this.#held.push(bytes);
    return true;
  }

  ref(): this {
    this.#socket.ref();
    return this;
  }

  unref(): this {
    this.#socket.unref();
    return this;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (!this.isSwallowing) return void this.#socket.write(chunk, callback);
    callback();
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const bytes of held) this.push(bytes);
    return undefined;
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#socket.end(() => callback());
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (this.#socket.closed) return callback(error);
    this.#socket.once("close", () => callback(error));
    this.#socket.destroy();
    return undefined;
  }
}
