/**
 * Requests over HTTP that no client stands above: what a server does with what a well-behaved client never sends.
 *
 * @module
 */
import type { IncomingHttpHeaders } from "node:http";
import type { JSONRPCMessage, JSONRPCRequest, JSONRPCResponse } from "@modelcontextprotocol/client";
import { cancellable, Event, failAfter, moveOnAfter, runDetached } from "@holdfast/concurrency";
import { Exchange, type ExchangeListener, type HttpRequest, type Target } from "../http/exchange.ts";
import { RequestHeaders } from "../http/headers.ts";
import { Pools } from "../http/pools.ts";
import type { McpHttpOptions } from "../options.ts";
import { clientInfo } from "./watched-transport.ts";

/** How a server has answered. */
export interface RawAnswer {
  readonly status: number;
  /** The answer in the body; undefined when there is none, or none that is MCP. */
  readonly message: JSONRPCResponse | undefined;
}

/** How a server has answered a GET. */
export interface RawStream {
  readonly status: number;
  readonly isEvents: boolean;
  /** Whether it was still open at the end of the look. */
  readonly isOpen: boolean;
}

/** Requests to one server. Close it: it holds sockets. */
export class RawHttp implements AsyncDisposable {
  readonly #target: Target;
  readonly #headers: RequestHeaders;
  readonly #pools: Pools;
  readonly #limit: number;

  /** @param limit milliseconds that each answer may take. */
  constructor({ url, headers, tls, dispatcher }: McpHttpOptions, limit: number) {
    const { origin, pathname, search } = new URL(url);
    this.#target = { origin, path: `${pathname}${search}`, shown: `${origin}${pathname}` };
    this.#headers = new RequestHeaders(new Headers(headers));
    this.#pools = new Pools(new URL(url), { ...(tls && { tls }), ...(dispatcher && { dispatcher }) });
    this.#limit = limit;
  }

  /** The session that each request from now on names; undefined for none. */
  get sessionId(): string | undefined {
    return this.#headers.sessionId;
  }

  set sessionId(id: string | undefined) {
    this.#headers.sessionId = id;
  }

  /**
   * Shakes hands, in an old revision that has sessions. Gives the answer; afterwards each request names the session,
   * where the server gave one.
   *
   * **Cancellation:** gives it up.
   *
   * @throws HttpFailure, TimeoutError.
   */
  async initialize(protocolVersion: string): Promise<RawAnswer> {
    const params = { protocolVersion, capabilities: {}, clientInfo };
    using exchange = this.#post({ jsonrpc: "2.0", id: 0, method: "initialize", params });
    const answer = await this.#within(exchange.answered);
    if (answer.message === undefined || !("result" in answer.message)) return answer;
    const id = exchange.headers["mcp-session-id"];
    this.#headers.sessionId = typeof id === "string" ? id : undefined;
    const agreed: unknown = (answer.message.result as { protocolVersion?: unknown }).protocolVersion;
    this.#headers.protocolVersion = typeof agreed === "string" ? agreed : protocolVersion;
    using told = this.#post({ jsonrpc: "2.0", method: "notifications/initialized" });
    await this.#within(told.answered);
    return answer;
  }

  /** **Cancellation:** gives it up. @throws HttpFailure, TimeoutError. */
  async post(request: JSONRPCRequest): Promise<RawAnswer> {
    using exchange = this.#post(request);
    return await this.#within(exchange.answered);
  }

  /** Ends the session that is named. **Cancellation:** gives it up. @throws HttpFailure, TimeoutError. */
  async delete(): Promise<RawAnswer> {
    using exchange = this.#begin({ method: "DELETE", target: this.#target, headers: this.#headers.ofDelete() });
    return await this.#within(exchange.answered);
  }

  /**
   * Asks for the stream of messages, and looks at it for so long.
   *
   * **Cancellation:** gives it up.
   *
   * @throws HttpFailure, TimeoutError when no answer begins.
   */
  async get(look: number): Promise<RawStream> {
    using exchange = this.#begin({ method: "GET", target: this.#target, headers: this.#headers.ofStream(undefined) });
    const { status, isEvents } = await this.#within(exchange.begun);
    if (isEvents) await moveOnAfter(look, () => exchange.over.wait());
    return { status, isEvents, isOpen: isEvents && !exchange.over.isSet };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await runDetached(() => this.#pools.close());
  }

  #within<T>(promise: Promise<T>): Promise<T> {
    return failAfter(this.#limit, () => cancellable(promise));
  }

  #post(message: JSONRPCMessage): RawExchange {
    const headers = this.#headers.ofMessage(message, undefined);
    return this.#begin({ method: "POST", target: this.#target, headers, body: JSON.stringify(message) });
  }

  #begin(request: HttpRequest): RawExchange {
    return runDetached(() => {
      const exchange = new RawExchange();
      exchange.begin(new Exchange(this.#pools.control, request, exchange));
      return exchange;
    });
  }
}

/** One request and what is heard of it. Disposing it lets go of its socket. */
class RawExchange implements ExchangeListener, Disposable {
  /** Set when nothing comes any more. */
  readonly over = new Event("the end of an answer");
  headers: IncomingHttpHeaders = {};
  readonly #begun = Promise.withResolvers<{ status: number; isEvents: boolean }>();
  readonly #answered = Promise.withResolvers<RawAnswer>();
  #exchange: Exchange | undefined;
  #status = 0;

  constructor() {
    // Only one of the two is waited for.
    this.#begun.promise.catch(() => {});
    this.#answered.promise.catch(() => {});
  }

  /** How the answer begins. */
  get begun(): Promise<{ status: number; isEvents: boolean }> {
    return this.#begun.promise;
  }

  get answered(): Promise<RawAnswer> {
    return this.#answered.promise;
  }

  begin(exchange: Exchange): void {
    this.#exchange = exchange;
    exchange.begin();
  }

  head(status: number, headers: IncomingHttpHeaders): "events" | "text" {
    const isEvents = status === 200 && headers["content-type"]?.startsWith("text/event-stream") === true;
    this.#status = status;
    this.headers = headers;
    this.#begun.resolve({ status, isEvents });
    return isEvents ? "events" : "text";
  }

  sseId(): void {}

  sseRetry(): void {}

  sseEvent(data: string): void {
    const message = answerIn(data);
    if (message !== undefined) this.#answered.resolve({ status: this.#status, message });
  }

  ended(text: string): void {
    this.#answered.resolve({ status: this.#status, message: answerIn(text) });
    this.over.set();
  }

  failed(error: Error): void {
    this.#begun.reject(error);
    this.#answered.reject(error);
    this.over.set();
  }

  [Symbol.dispose](): void {
    runDetached(() => this.#exchange?.abort("enough of it was seen"));
  }
}

function answerIn(text: string): JSONRPCResponse | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isAnswer = typeof value === "object" && value !== null && ("result" in value || "error" in value);
    return isAnswer ? (value as JSONRPCResponse) : undefined;
  } catch {
    return undefined;
  }
}
