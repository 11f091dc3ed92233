/**
 * A connection of our own over TCP, which does what most responses need and no more: reads into one buffer, compares a
 * head with the one before, and searches the bytes of the body where they lie.
 *
 * @module
 */
import { connect, type Socket } from "node:net";
import { AdoptedSocket } from "./adopted-socket.ts";
import { BodyScanner, ByteScanner, type Finding, type Signature } from "./body-scanner.ts";
import { failureOf, type RequestOutcome } from "./outcome.ts";
import type { WireRequest } from "./request.ts";
import { parseResponseHead, type ResponseHead } from "./response-head.ts";

/** Whom a connection tells. */
export interface PlainListener {
  /** The request under way is over; may send the next. */
  readonly onOutcome: (outcome: RequestOutcome) => void;
  /** The response under way takes a parser that knows all, and so does the rest of this socket's life. */
  readonly onHandOver: (socket: AdoptedSocket) => void;
}

const bufferSize = 32_768;
/** A head that has not ended by then is not for this parser. */
const longestHead = 16_384;
/** Beyond this a socket may have been closed by a server that has had enough, which has yet to be read. */
const longIdleMs = 500;
const headEnd = Buffer.from("\r\n\r\n");
const bareLineFeed = /(?<!\r)\n/;

/** Has at most one request under way, and one socket, which it keeps. */
export class PlainConnection {
  readonly #host: string;
  readonly #port: number;
  readonly #signature: Signature;
  readonly #listener: PlainListener;
  readonly #bytes: ByteScanner;
  readonly #buffer = Buffer.allocUnsafeSlow(bufferSize);
  #socket: Socket | undefined;
  /** Set once the socket is on its way out, or has changed hands. */
  #isSpent = false;
  #adopted: AdoptedSocket | undefined;
  #request: WireRequest | undefined;
  #started = 0;
  #idleSince = 0;
  /** Whether the request under way has yet to be written, so that another socket may have it. */
  #isWaiting = false;
  #head: ResponseHead | undefined;
  /** The head before, with what it said: a server repeats itself, and only a HEAD is read in another way. */
  #knownHead: { readonly bytes: Buffer; readonly head: ResponseHead } | undefined;
  /** A head that has begun. */
  #begun: Buffer | undefined;
  /** Of a body that comes in parts. */
  #scanner: BodyScanner | undefined;
  #left = 0;

  constructor(origin: URL, signature: Signature, listener: PlainListener) {
    // In a URL an address of IPv6 has brackets.
    this.#host = origin.hostname.replace(/^\[(.*)\]$/, "$1");
    this.#port = Number(origin.port || 80);
    this.#signature = signature;
    this.#bytes = new ByteScanner(signature);
    this.#listener = listener;
  }

  /** Sends a request, which counts from `started` on. */
  send(request: WireRequest, started: number): void {
    this.#request = request;
    this.#started = started;
    this.#isWaiting = true;
    const socket = this.#socket ?? this.#open();
    // The one before is closing; the next is opened when it is gone.
    if (this.#isSpent) return;
    if (this.#idleSince > 0 && performance.now() - this.#idleSince > longIdleMs) {
      // A turn of the event loop later it is known whether the socket has ended meanwhile.
      setImmediate(() => {
        if (this.#request === request && this.#socket === socket && !this.#isSpent) this.#write(socket, request);
      });
    } else {
      this.#write(socket, request);
    }
  }

  /** Ends the request under way, in whatever state it is. */
  endRequest(reason: Error): void {
    if (this.#request === undefined) return;
    this.#fail(reason);
  }

  /**
   * Closes the connection; resolves when its socket is gone.
   *
   * **Cancellation:** none; a socket closes at once.
   */
  async close(): Promise<void> {
    const socket = this.#socket;
    this.#request = undefined;
    if (socket === undefined || this.#adopted !== undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.once("close", () => resolve());
    this.#drop(socket);
    await promise;
  }

  #write(socket: Socket, request: WireRequest): void {
    this.#isWaiting = false;
    socket.write(request.message);
  }

  #open(): Socket {
    const socket = connect({
      host: this.#host,
      port: this.#port,
      noDelay: true,
      onread: { buffer: this.#buffer, callback: (count, buffer) => this.#read(count, buffer as Buffer) },
    });
    this.#isSpent = false;
    this.#idleSince = 0;
    this.#socket = socket;
    socket.on("error", (error) => this.#ended(socket, error));
    socket.on("end", () => this.#ended(socket, new Error("the connection ended before the response did")));
    socket.on("close", () => this.#closed(socket));
    return socket;
  }

  #ended(socket: Socket, error: Error): void {
    if (this.#adopted !== undefined || this.#socket !== socket || this.#isSpent) return;
    this.#drop(socket);
    if (this.#request !== undefined && !this.#isWaiting) this.#fail(error);
  }

  #closed(socket: Socket): void {
    if (this.#adopted !== undefined || this.#socket !== socket) return;
    this.#socket = undefined;
    const request = this.#request;
    if (request !== undefined) this.send(request, this.#started);
  }

  #drop(socket: Socket): void {
    this.#isSpent = true;
    socket.destroy();
  }

  #fail(cause: NodeJS.ErrnoException): void {
    if (this.#socket !== undefined && !this.#isSpent) this.#drop(this.#socket);
    // An error without a code is ours: the connection was ended.
    const failure = failureOf(cause) ?? (cause.code === undefined ? "reset" : "other");
    this.#finish({ failure, cause });
  }

  #finish(outcome: RequestOutcome): void {
    this.#request = undefined;
    this.#head = undefined;
    this.#begun = undefined;
    this.#scanner = undefined;
    this.#listener.onOutcome(outcome);
    if (this.#request === undefined) this.#idleSince = performance.now();
    else this.#idleSince = 0;
  }

  /** Gives false when no more should be read for now. */
  #read(count: number, buffer: Buffer): boolean {
    if (this.#adopted !== undefined) return this.#adopted.feed(Buffer.from(buffer.subarray(0, count)));
    const request = this.#request;
    const socket = this.#socket;
    if (socket === undefined || this.#isSpent) return true;
    if (request === undefined) {
      // Nobody asked.
      this.#drop(socket);
    } else if (this.#scanner !== undefined) {
      this.#readBody(this.#scanner, buffer.subarray(0, count));
    } else if (this.#begun === undefined) {
      this.#readHead(request, buffer, count, false);
    } else {
      const joined = Buffer.concat([this.#begun, buffer.subarray(0, count)]);
      this.#readHead(request, joined, joined.length, true);
    }
    return true;
  }

  #readHead(request: WireRequest, buffer: Buffer, count: number, isOwn: boolean): void {
    const known = this.#knownHead;
    if (
      known !== undefined &&
      known.bytes.length <= count &&
      known.bytes.compare(buffer, 0, known.bytes.length) === 0
    ) {
      return this.#readBodyOf(known.head, known.bytes.length, buffer, count);
    }
    const at = buffer.indexOf(headEnd);
    const isWhole = at !== -1 && at + headEnd.length <= count;
    if (!isWhole && isBeginning(buffer.toString("latin1", 0, count))) {
      this.#begun = isOwn ? buffer : Buffer.from(buffer.subarray(0, count));
      return undefined;
    }
    const head = isWhole ? parseResponseHead(buffer.toString("latin1", 0, at), request.method) : undefined;
    if (head === undefined) return this.#handOver(Buffer.from(buffer.subarray(0, count)));
    const size = at + headEnd.length;
    this.#knownHead = { bytes: Buffer.from(buffer.subarray(0, size)), head };
    return this.#readBodyOf(head, size, buffer, count);
  }

  #readBodyOf(head: ResponseHead, size: number, buffer: Buffer, count: number): void {
    const end = size + head.bodyLength;
    this.#head = head;
    if (end <= count) {
      return this.#answer(head, this.#bytes.find(buffer.subarray(size, end), head.contentType), count > end);
    }
    this.#begun = undefined;
    this.#scanner = new BodyScanner(this.#signature, head.contentType);
    this.#left = head.bodyLength;
    return this.#readBody(this.#scanner, buffer.subarray(size, count));
  }

  #readBody(scanner: BodyScanner, chunk: Buffer): void {
    const rest = this.#left - chunk.length;
    scanner.push(rest < 0 ? chunk.subarray(0, this.#left) : chunk);
    this.#left = rest;
    if (rest <= 0 && this.#head !== undefined) this.#answer(this.#head, scanner.end(), rest < 0);
  }

  #answer({ status, location, isLast }: ResponseHead, finding: Finding, isOverfull: boolean): void {
    if ((isLast || isOverfull) && this.#socket !== undefined) this.#drop(this.#socket);
    const { isHit, isCut, sample } = finding;
    this.#finish({ status, location, isHit, isCut, sample, milliseconds: performance.now() - this.#started });
  }

  #handOver(bytes: Buffer): void {
    const socket = this.#socket as Socket;
    this.#adopted = new AdoptedSocket(socket);
    this.#adopted.feed(bytes);
    this.#request = undefined;
    this.#listener.onHandOver(this.#adopted);
  }
}

/** Whether text may be the beginning of a head that this parser knows. */
function isBeginning(text: string): boolean {
  const start = "HTTP/1.1 ";
  const isStart = text.length < start.length ? start.startsWith(text) : text.startsWith(start);
  return isStart && text.length <= longestHead && !bareLineFeed.test(text);
}
