/**
 * Streamable HTTP for the official client, by undici: a bounded number of sockets, an answer that can no longer come told at
 * once, and for each request that failed the knowledge whether it may have run.
 *
 * @module
 */
import {
  type JSONRPCMessage,
  type MessageExtraInfo,
  type RequestId,
  SdkErrorCode,
  SdkHttpError,
} from "@modelcontextprotocol/client";
import { runDetached } from "@holdfast/concurrency";
import type { SendOptions, TellingTransport } from "../send-options.ts";
import { AuthorizedExchange } from "../auth/authorized-exchange.ts";
import { Authorizer, type McpAuthProvider } from "../auth/authorizer.ts";
import { Call, type CallHost } from "./call.ts";
import { startDelay } from "./delay.ts";
import { Exchange, type ExchangeListener, type Exchanging, type HttpRequest, type Target } from "./exchange.ts";
import { RequestHeaders } from "./headers.ts";
import { HttpFailure } from "./http-failure.ts";
import { type HttpLimits, type Lane, type PoolOptions, Pools } from "./pools.ts";
import { StandingStream, type StandingStreamHost } from "./standing-stream.ts";

/** How the transport reaches its server. */
export interface HttpTransportOptions extends PoolOptions {
  /** Sent with each request. */
  readonly headers?: Headers;
  /** How long the server may take to accept a message that has no answer, in milliseconds; 5000 when absent. */
  readonly noticeLimit?: number;
  /** Whose token each request shows. */
  readonly authProvider?: McpAuthProvider;
}

/** How long a stream may stay open after the answer that it was for, in milliseconds: to one and a half times that. */
const LINGERING = 1_000;
/** How long the server may take to accept a message that has no answer, in milliseconds, where nothing else is given. */
const NOTICE_LIMIT = 5_000;
/** How many ids of dropped requests are kept until their cancellation comes by. */
const MOST_DROPPED = 10_000;

export class HttpTransport implements TellingTransport, CallHost, StandingStreamHost {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: JSONRPCMessage, extra?: MessageExtraInfo) => void) | undefined;
  /** Each request has a stream of its own, which ends with `requestSignal`. */
  readonly hasPerRequestStream = true;
  readonly tellsSent = true;
  readonly limits: HttpLimits;
  readonly #target: Target;
  readonly #headers: RequestHeaders;
  readonly #pools: Pools;
  readonly #noticeLimit: number;
  readonly #authorizer: Authorizer | undefined;
  /** All that have not settled, and by id those that are requests. */
  readonly #calls = new Set<Call>();
  readonly #requests = new Map<RequestId, Call>();
  /** Requests that were cancelled before they were sent. */
  readonly #dropped = new Set<RequestId>();
  /** Calls that are answered and whose streams go on; those of the last look, and those since. */
  #lingering = new Set<Call>();
  #lingeringLonger = new Set<Call>();
  #cancelLook: (() => void) | undefined;
  #standing: StandingStream | undefined;
  #ending: Exchanging | undefined;
  #isStarted = false;
  #isClosed = false;

  constructor(url: URL, options: HttpTransportOptions = {}) {
    const { origin, pathname, search } = url;
    this.limits = options.limits ?? {};
    this.#target = { origin, path: `${pathname}${search}`, shown: `${origin}${pathname}` };
    this.#headers = new RequestHeaders(options.headers ?? new Headers());
    this.#pools = new Pools(url, options);
    this.#noticeLimit = options.noticeLimit ?? NOTICE_LIMIT;
    this.#authorizer = options.authProvider && new Authorizer(options.authProvider, url, options);
  }

  get sessionId(): string | undefined {
    return this.#headers.sessionId;
  }

  get protocolVersion(): string | undefined {
    return this.#headers.protocolVersion;
  }

  setProtocolVersion(version: string): void {
    this.#headers.protocolVersion = version;
  }

  start(): Promise<void> {
    if (this.#isStarted) return Promise.reject(new Error("starting a transport twice; make a new one"));
    this.#isStarted = true;
    return Promise.resolve();
  }

  /**
   * Sends a message. The promise of a request is fulfilled when its answer has been delivered, and rejected as soon as
   * that can no longer come.
   *
   * **Cancellation:** by `options.requestSignal`, or by sending `notifications/cancelled`: the socket is let go of at once,
   * and a request that still waits for one is never sent.
   *
   * @throws HttpFailure, SdkHttpError for a status, SdkError for what is not MCP.
   */
  send(message: JSONRPCMessage, options: SendOptions = {}): Promise<void> {
    if (this.#isClosed) {
      return Promise.reject(new HttpFailure("sending a message on a transport that was closed", false));
    }
    if ("method" in message && message.method === "notifications/cancelled" && this.#drop(message.params)) {
      return Promise.resolve();
    }
    const headers = this.#headers.ofMessage(message, options.headers);
    const request: HttpRequest = { method: "POST", target: this.#target, headers, body: JSON.stringify(message) };
    const call = new Call(message, options, this.#laneOf(message), this);
    this.#calls.add(call);
    if (call.id !== undefined) this.#requests.set(call.id, call);
    const sent = runDetached(() => call.send(request));
    // Nobody waits for the answer to a notification, and with it would go a socket that cancellations need.
    if (call.id === undefined) {
      const forget = startDelay(this.#noticeLimit, () => call.abort("the server has not taken it in time"));
      void sent.then(forget, forget);
    }
    return sent;
  }

  /**
   * Ends the session at the server; there is nothing to do without one. A server may refuse that with 405.
   *
   * **Cancellation:** none; `close()` cuts it short.
   *
   * @throws SdkHttpError for any other status; HttpFailure.
   */
  async terminateSession(): Promise<void> {
    if (this.sessionId === undefined) return;
    const request: HttpRequest = { method: "DELETE", target: this.#target, headers: this.#headers.ofDelete() };
    const { status, statusText } = await runDetached(() => this.#ask(request));
    if ((status < 200 || status > 299) && status !== 405) {
      const message = `ending the session: the server answered HTTP ${status}`;
      throw new SdkHttpError(SdkErrorCode.ClientHttpFailedToTerminateSession, message, { status, statusText });
    }
    this.#headers.sessionId = undefined;
  }

  /**
   * Lets go of everything that is under way, and waits until the sockets are closed.
   *
   * **Cancellation:** none; it takes no longer than the system takes to close sockets.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#standing?.close();
    this.#ending?.abort("the transport was closed");
    this.#cancelLook?.();
    for (const call of [...this.#calls, ...this.#lingering, ...this.#lingeringLonger]) {
      call.abort("the transport was closed");
    }
    this.onclose?.();
    await this.#pools.close();
  }

  streamRequest(lastEventId: string | undefined): HttpRequest {
    return { method: "GET", target: this.#target, headers: this.#headers.ofStream(lastEventId) };
  }

  exchange(lane: Lane, request: HttpRequest, listener: ExchangeListener): Exchanging {
    return this.#authorizer === undefined
      ? new Exchange(lane, request, listener, this.limits)
      : new AuthorizedExchange(this.#authorizer, lane, request, listener, this.limits);
  }

  deliver(message: JSONRPCMessage): void {
    try {
      // A dispatcher that was given may have opened its sockets in some task.
      runDetached(() => this.onmessage?.(message));
    } catch (error) {
      this.report(error);
    }
  }

  report(error: unknown): void {
    try {
      this.onerror?.(error instanceof Error ? error : new Error(String(error)));
    } catch {
      // It has had its chance, and what called must go on.
    }
  }

  sessionStarted(id: string | undefined): void {
    this.#headers.sessionId = id;
  }

  initialized(): Promise<void> {
    if (this.#isClosed || this.#standing !== undefined) return Promise.resolve();
    const standing = new StandingStream(this.#pools.standing, this);
    this.#standing = standing;
    runDetached(() => standing.open());
    return standing.asked;
  }

  settled(call: Call, isOpen: boolean): void {
    this.#calls.delete(call);
    if (call.id !== undefined && this.#requests.get(call.id) === call) this.#requests.delete(call.id);
    if (call.isUnsent && call.id !== undefined && this.#dropped.size < MOST_DROPPED) this.#dropped.add(call.id);
    if (!isOpen || this.#isClosed) return;
    this.#lingering.add(call);
    this.#cancelLook ??= startDelay(LINGERING, () => this.#look());
  }

  ended(call: Call): void {
    this.#lingering.delete(call);
    this.#lingeringLonger.delete(call);
  }

  /** Closes streams that have been open for long after their answer, and would hold their sockets for ever. */
  #look(): void {
    this.#cancelLook = undefined;
    for (const call of this.#lingeringLonger) call.abort("its answer has come");
    this.#lingeringLonger = this.#lingering;
    this.#lingering = new Set();
    if (this.#lingeringLonger.size > 0) this.#cancelLook = startDelay(LINGERING, () => this.#look());
  }

  /** Lets go of the request that is cancelled; true when the server has never heard of it, and need not now. */
  #drop(params: Readonly<Record<string, unknown>> | undefined): boolean {
    const id = params?.["requestId"] as RequestId;
    const call = this.#requests.get(id);
    if (call === undefined) return this.#dropped.delete(id);
    call.abort("cancelled");
    return this.#dropped.delete(id);
  }

  #laneOf(message: JSONRPCMessage): Lane {
    // What the server waits for must not wait for the calls that wait for the server.
    if (!("method" in message && "id" in message) || message.method === "ping") return this.#pools.control;
    return message.method === "subscriptions/listen" ? this.#pools.standing : this.#pools.calls;
  }

  #ask(request: HttpRequest): Promise<{ status: number; statusText: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; statusText: string }>();
    let answer = { status: 0, statusText: "" };
    const ignore = (): void => {};
    const exchange = this.exchange(this.#pools.control, request, {
      head: (status, _headers, statusText) => {
        answer = { status, statusText };
        return "text";
      },
      ended: () => resolve(answer),
      failed: reject,
      sseId: ignore,
      sseEvent: ignore,
      sseRetry: ignore,
    });
    this.#ending = exchange;
    exchange.begin();
    return promise;
  }
}
