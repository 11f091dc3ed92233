/**
 * One HTTP request and the reading of its answer, as a handler of undici's dispatch: no web stream, no signal and no URL is
 * made for it. It passes a gate, can be let go of at any time, and knows whether a byte of it may have been sent.
 *
 * @module
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import type { Passing } from "./gate.ts";
import { HttpFailure, HttpLimitError } from "./http-failure.ts";
import { BODY_LIMIT, HEADER_LIMIT, type HttpLimits, type Lane } from "./pools.ts";
import { SseParser, type SseSink } from "./sse-parser.ts";

/** Where requests go, taken apart once for all of them. */
export interface Target {
  readonly origin: string;
  /** With the query. */
  readonly path: string;
  /** For errors: without the query, which may hold a key. */
  readonly shown: string;
}

/** What is asked for. */
export interface HttpRequest {
  readonly method: "DELETE" | "GET" | "POST";
  readonly target: Target;
  readonly headers: string[];
  readonly body?: string;
}

/** What is told of an exchange; none of it may throw. After the last two nothing comes any more. */
export interface ExchangeListener extends SseSink {
  /** A byte of it may leave now. */
  sending?(): void;
  /** The answer has begun; gives how it is read, as events or as one text. */
  head(status: number, headers: IncomingHttpHeaders, statusText: string): "events" | "text";
  /** The answer has ended as it should, its text whole. */
  ended(text: string): void;
  /** There will be no answer, or no more of it. */
  failed(error: HttpFailure): void;
}

/** An exchange as those see it who make one. */
export interface Exchanging {
  /** Whether a byte of it may have reached the server. */
  readonly sent: boolean;
  /** Whether nothing is told any more. */
  readonly isOver: boolean;
  /** Sends it when its turn comes. */
  begin(): void;
  /** Lets go of the answer and of the socket, or of the place in the queue. Tells `failed`, unless it is over. */
  abort(message: string): void;
}

/** As many as the official transport follows. */
const MOST_REDIRECTS = 5;
/** Each meets another of the pool's idle sockets, so more than a pool has are not needed. */
const MOST_ATTEMPTS = 20;

export class Exchange implements Exchanging, Dispatcher.DispatchHandler, Passing {
  readonly #lane: Lane;
  readonly #request: HttpRequest;
  readonly #listener: ExchangeListener;
  readonly #limits: HttpLimits;
  #controller: Dispatcher.DispatchController | undefined;
  #parser: SseParser | undefined;
  #chunks: Buffer[] = [];
  #length = 0;
  #path: string;
  #redirects = 0;
  #attempts = 0;
  #redirect: string | undefined;
  #hasPlace = false;
  #isOver = false;
  #sent = false;

  constructor(lane: Lane, request: HttpRequest, listener: ExchangeListener, limits: HttpLimits = {}) {
    this.#lane = lane;
    this.#request = request;
    this.#listener = listener;
    this.#limits = limits;
    this.#path = request.target.path;
  }

  get sent(): boolean {
    return this.#sent;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  begin(): void {
    this.#lane.gate.admit(this);
  }

  abort(message: string): void {
    if (this.#isOver) return;
    const failure = new HttpFailure(message, this.#sent);
    this.#isOver = true;
    this.#parser?.stop();
    if (!this.#lane.gate.drop(this)) this.#controller?.abort(failure);
    this.#listener.failed(failure);
  }

  enter(): void {
    this.#hasPlace = true;
    this.#dispatch();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(new HttpFailure("given up before it was sent", false));
    // A dispatcher sends again what it takes to be safe to repeat; a call may have run.
    else if (this.#sent) controller.abort(new HttpFailure("the connection broke, and it may have run", true));
    else {
      this.#sent = true;
      this.#listener.sending?.();
    }
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    statusText = "",
  ): void {
    if (status < 200 || this.#isOver) return;
    this.#redirect = status >= 300 && status < 400 ? this.#redirectPath(status, headers.location) : undefined;
    if (this.#redirect !== undefined) return;
    if (this.#listener.head(status, headers, statusText) === "events" && !this.#isOver) {
      this.#parser = new SseParser(this.#listener, this.#limits.event ?? BODY_LIMIT);
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    if (this.#parser !== undefined) {
      // What it throws is given to onResponseError, by undici, which also breaks the connection.
      this.#parser.push(chunk);
      return;
    }
    const limit = this.#limits.body ?? BODY_LIMIT;
    this.#length += chunk.length;
    if (this.#length > limit) throw new HttpLimitError("body", limit);
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#redirect !== undefined && !this.#isOver) {
      this.#path = this.#redirect;
      this.#redirects += 1;
      this.#redirect = undefined;
      this.#chunks = [];
      this.#length = 0;
      this.#sent = false;
      this.#dispatch();
      return;
    }
    this.#leave();
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.ended(textOf(this.#chunks));
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#mayTryAgain(error)) {
      this.#attempts += 1;
      // Not at once: the dispatcher is still clearing the queue of the socket that broke.
      void Promise.resolve().then(() => (this.#isOver ? this.#leave() : this.#dispatch()));
      return;
    }
    this.#leave();
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.failed(this.#failureOf(error));
  }

  /** Whether it never left, because the idle connection that it was given to had been reset by then. */
  #mayTryAgain(error: Error): boolean {
    const { syscall } = error as NodeJS.ErrnoException;
    return (
      !this.#isOver && !this.#sent && (syscall === "read" || syscall === "write") && this.#attempts < MOST_ATTEMPTS
    );
  }

  #dispatch(): void {
    const { method, target, headers, body = null } = this.#request;
    try {
      this.#lane.dispatcher.dispatch(
        { origin: target.origin, path: this.#path, method, headers, body, headersTimeout: 0, bodyTimeout: 0 },
        this,
      );
    } catch (error) {
      this.onResponseError(null, error as Error);
    }
  }

  #leave(): void {
    if (!this.#hasPlace) return;
    this.#hasPlace = false;
    this.#lane.gate.leave();
  }

  #failureOf(error: Error): HttpFailure {
    if (error instanceof HttpFailure) return error;
    if ((error as { code?: unknown }).code === "UND_ERR_HEADERS_OVERFLOW") {
      return new HttpLimitError("header", this.#limits.header ?? HEADER_LIMIT, { cause: error });
    }
    const { method, target } = this.#request;
    return new HttpFailure(`${method} ${target.shown}: ${error.message}`, this.#sent, { cause: error });
  }

  /** Where a redirect leads, when it may be followed: it keeps the method, and what was sent goes to the same origin. */
  #redirectPath(status: number, location: string | undefined): string | undefined {
    const { method, target: from } = this.#request;
    if (location === undefined || this.#redirects === MOST_REDIRECTS || status === 304) return undefined;
    if (method !== "GET" && status !== 307 && status !== 308) return undefined;
    const target = URL.parse(location, `${from.origin}${this.#path}`);
    if (target?.origin !== from.origin || target.username !== "" || target.password !== "") return undefined;
    return `${target.pathname}${target.search}`;
  }
}

const MARK = "\uFEFF";

function textOf(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  if (first === undefined) return "";
  const text = (chunks.length === 1 ? first : Buffer.concat(chunks)).toString("utf8");
  return text.startsWith(MARK) ? text.slice(1) : text;
}
