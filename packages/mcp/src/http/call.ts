/**
 * One message on its way to the server, and the answer on its way back: in the body of the POST, in its stream of events,
 * or, where that broke off and can be resumed, in the streams after it.
 *
 * @module
 */
import type { IncomingHttpHeaders } from "node:http";
import { type JSONRPCMessage, type RequestId, SdkErrorCode, SdkHttpError } from "@modelcontextprotocol/client";
import { startDelay } from "./delay.ts";
import type { ExchangeListener, Exchanging, HttpRequest } from "./exchange.ts";
import { modernVersion } from "./headers.ts";
import { HttpFailure, HttpLimitError } from "./http-failure.ts";
import { answers, isAnswer, isOtherMessage, looksLikeAnswer, notMcp, readMessages } from "./messages.ts";
import type { Lane } from "./pools.ts";
import { Reconnection } from "./reconnection.ts";
import type { SendOptions } from "../send-options.ts";

/** What a transport does for its calls. */
export interface CallHost {
  /** Makes an exchange, which shows the connection's token where it has one. */
  exchange(lane: Lane, request: HttpRequest, listener: ExchangeListener): Exchanging;
  /** The request for a stream that goes on after the event with that id. */
  streamRequest(lastEventId: string): HttpRequest;
  deliver(message: JSONRPCMessage): void;
  report(error: unknown): void;
  sessionStarted(id: string | undefined): void;
  /**
   * The server has taken the notice that the handshake is over. Gives when it has been asked for the stream that stands beside
   * the calls: what a server would say there during a call that overtook the asking is lost.
   */
  initialized(): Promise<void>;
  /** The call needs no answer any more; `isOpen` says that its stream goes on. */
  settled(call: Call, isOpen: boolean): void;
  /** Its last stream has ended. */
  ended(call: Call): void;
}

/** A stream that breaks off and cannot be had again is told soon; one that the server ends time and again is a way to poll. */
const RESUMPTIONS = { short: 10, failed: 2 };
/** Turns of the microtask queue. The client takes one; a web stream, for which it was written, some more. */
const HELD_BACK = 3;
/** The most of a refusal's text that is kept, in characters. */
const LONGEST_TEXT = 65_536;

export class Call implements ExchangeListener {
  /** Of the request; undefined for what has no answer. */
  readonly id: RequestId | undefined;
  readonly #message: JSONRPCMessage;
  readonly #host: CallHost;
  readonly #lane: Lane;
  readonly #options: SendOptions;
  readonly #settling = Promise.withResolvers<void>();
  #exchange: Exchanging | undefined;
  #cancelDelay: (() => void) | undefined;
  #resumption: Reconnection | undefined;
  #lastEventId: string | undefined;
  #status = 0;
  #statusText = "";
  #retryAfter: string | undefined;
  #reads: "events" | "json" | "nothing" | "refusal" | "unknown" = "nothing";
  #contentType: string | undefined;
  /** What came in an event that is no message, and may have been the answer. */
  #notMcp: unknown;
  /** What came while the client was given time. */
  #later: unknown[] | undefined;
  /** What is to be done about the end of the answer, once the client has had it. */
  #atEnd: (() => void) | undefined;
  #isResumed = false;
  #isSettled = false;
  #isGivenUp = false;
  #wasSent = false;

  constructor(message: JSONRPCMessage, options: SendOptions, lane: Lane, host: CallHost) {
    this.id = "method" in message && "id" in message ? message.id : undefined;
    this.#message = message;
    this.#options = options;
    this.#lane = lane;
    this.#host = host;
  }

  /** Whether a byte of it may have reached the server. */
  get sent(): boolean {
    return this.#wasSent || this.#exchange?.sent === true;
  }

  /** Whether it was given up before a byte of it was sent. */
  get isUnsent(): boolean {
    return this.#isGivenUp && !this.sent;
  }

  /**
   * Sends it. The promise is fulfilled when the answer has been delivered, or, for what has none, when the server has it.
   *
   * **Cancellation:** by `abort()`, or by `requestSignal`.
   *
   * @throws HttpFailure, SdkHttpError or SdkError: what became of it instead.
   */
  send(request: HttpRequest): Promise<void> {
    const { requestSignal, resumptionToken } = this.#options;
    requestSignal?.addEventListener("abort", this.#onAbort, { once: true });
    if (requestSignal?.aborted === true) this.#onAbort();
    else if (resumptionToken !== undefined && this.id !== undefined) {
      // The server may have acted on it long ago.
      this.#wasSent = true;
      this.sending();
      this.#lastEventId = resumptionToken;
      this.#begin(this.#host.streamRequest(resumptionToken));
    } else this.#begin(request);
    return this.#settling.promise;
  }

  /** Lets go of the answer, and of the socket or the place in the queue. */
  abort(message: string): void {
    this.#isGivenUp = true;
    this.#cancelDelay?.();
    this.#exchange?.abort(message);
    this.#reject(new HttpFailure(message, this.sent));
  }

  sending(): void {
    this.#tell(() => this.#options.onSent?.());
  }

  head(status: number, headers: IncomingHttpHeaders, statusText: string): "events" | "text" {
    this.#status = status;
    this.#retryAfter = headers["retry-after"];
    this.#statusText = statusText;
    this.#contentType = headers["content-type"];
    const isOk = status >= 200 && status < 300;
    if (isOk && "method" in this.#message && this.#message.method === "initialize") {
      const session = headers["mcp-session-id"];
      this.#host.sessionStarted(typeof session === "string" && session !== "" ? session : undefined);
    }
    // 202 is for what has no answer. To a request it says that none will come here, and the protocol knows of no other place.
    if (!isOk || (status === 202 && this.id !== undefined)) this.#reads = "refusal";
    else if (!this.#isResumed && this.id === undefined) this.#reads = "nothing";
    else this.#reads = readingOf(this.#contentType);
    if (this.#reads !== "events") return "text";
    this.#resumption?.opened();
    return "events";
  }

  sseId(id: string): void {
    this.#lastEventId = id === "" ? undefined : id;
    if (id !== "") this.#tell(() => this.#options.onresumptiontoken?.(id));
  }

  sseRetry(delay: number): void {
    this.#reconnection().retryAfter(delay);
  }

  sseEvent(data: string, type: string): void {
    // An empty one is there for its id.
    if (type !== "message" || data === "") return;
    try {
      for (const message of readMessages(data)) this.#receive(message);
    } catch (error) {
      this.#notMcp ??= error;
      this.#host.report(error);
    }
  }

  ended(text: string): void {
    if (this.#later !== undefined) {
      this.#atEnd = () => this.ended(text);
      return;
    }
    switch (this.#reads) {
      case "events":
        this.#streamEnded(undefined);
        return;
      case "json":
        this.#readBody(text);
        break;
      case "refusal":
        this.#refused(text.slice(0, LONGEST_TEXT));
        break;
      case "unknown":
        this.#reject(notMcp(`the answer is of type ${String(this.#contentType)}`));
        break;
      default:
        if (isInitialized(this.#message)) void this.#host.initialized().then(() => this.#resolve());
        else this.#resolve();
    }
    this.#host.ended(this);
  }

  failed(error: HttpFailure): void {
    if (this.#later !== undefined && !this.#isGivenUp) {
      this.#atEnd = () => this.failed(error);
      return;
    }
    if (this.#reads === "events" || this.#isResumed) this.#streamEnded(error);
    else {
      this.#reject(error);
      this.#host.ended(this);
    }
  }

  readonly #onAbort = (): void => this.abort("given up by its caller");

  #begin(request: HttpRequest): void {
    this.#reads = "nothing";
    this.#isResumed = request.method === "GET";
    this.#exchange = this.#host.exchange(this.#lane, request, this);
    this.#exchange.begin();
  }

  #receive(message: unknown): void {
    if (this.#later === undefined) this.#take(message);
    else this.#later.push(message);
  }

  /**
   * Holds back what comes right behind a message that is no answer: the official client puts off what it does about those by
   * a turn, and would forget the last progress of a call over its answer.
   */
  async #holdBack(): Promise<void> {
    this.#later = [];
    for (let turn = 0; turn < HELD_BACK; turn += 1) await Promise.resolve();
    const later = this.#later;
    this.#later = undefined;
    for (const message of this.#isGivenUp ? [] : later) {
      try {
        this.#receive(message);
      } catch (error) {
        this.#host.report(error);
      }
    }
    if (this.#later !== undefined || this.#atEnd === undefined) return;
    const atEnd = this.#atEnd;
    this.#atEnd = undefined;
    atEnd();
  }

  #take(message: unknown): void {
    if (this.id !== undefined && looksLikeAnswer(message)) {
      if (!isAnswer(message)) {
        const error = notMcp("the answer is not of JSON-RPC");
        if (!answers(message, this.id)) throw error;
        this.#reject(error);
        return;
      }
      // What is resumed under a new id is answered under the old one.
      const isRenamed = this.#options.resumptionToken !== undefined;
      if (isRenamed || answers(message, this.id)) {
        this.#host.deliver(isRenamed ? { ...message, id: this.id } : message);
        this.#resolve();
        return;
      }
      this.#host.deliver(message);
    } else if (isOtherMessage(message)) {
      this.#host.deliver(message);
      void this.#holdBack();
    } else throw notMcp("the answer is not of JSON-RPC");
  }

  #readBody(text: string): void {
    try {
      for (const message of readMessages(text)) this.#receive(message);
    } catch (error) {
      this.#reject(error);
    }
    if (this.#later !== undefined) this.#atEnd = () => this.#bodyEnded();
    else this.#bodyEnded();
  }

  #bodyEnded(): void {
    if (!this.#isSettled) this.#reject(notMcp("the answer is to something else"));
  }

  #refused(text: string): void {
    const status = this.#status;
    if (this.#isResumed) {
      const failure = new HttpFailure(`the stream broke off, and HTTP ${status} came when it was to be resumed`, true);
      if (status >= 500) this.#streamEnded(failure);
      else this.#reject(failure);
      return;
    }
    // The newer revisions answer with a JSON-RPC error under this status as well.
    if (status === 400 && modernVersion(this.#message) !== undefined && this.#tookError(text)) return;
    const retryAfter = this.#retryAfter;
    const facts = { status, statusText: this.#statusText, text, ...(retryAfter !== undefined && { retryAfter }) };
    this.#reject(new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, `the server answered HTTP ${status}`, facts));
  }

  #tookError(text: string): boolean {
    try {
      const [message] = readMessages(text);
      if (!isAnswer(message) || !("error" in message) || !answers(message, this.id ?? "")) return false;
      this.#take(message);
      return true;
    } catch {
      return false;
    }
  }

  /** @param error absent when it ended as streams do; made only when it is needed, for most end after the answer. */
  #streamEnded(error: HttpFailure | undefined): void {
    const delay = this.#resumeDelay(error);
    if (delay === undefined) {
      if (this.#isSettled && !this.#isGivenUp) this.#tell(() => this.#options.onRequestStreamEnd?.());
      if (!this.#isSettled)
        this.#reject(error ?? this.#notMcp ?? new HttpFailure("the stream ended before the answer came", true));
      this.#host.ended(this);
      return;
    }
    this.#wasSent = true;
    this.#cancelDelay = startDelay(delay, () => {
      this.#cancelDelay = undefined;
      if (this.#lastEventId !== undefined) this.#begin(this.#host.streamRequest(this.#lastEventId));
    });
  }

  /** How long to wait before the stream is resumed; undefined when it is not. */
  #resumeDelay(error: HttpFailure | undefined): number | undefined {
    if (this.#isSettled || this.#isGivenUp || this.#lastEventId === undefined) return undefined;
    if (error instanceof HttpLimitError || modernVersion(this.#message) !== undefined) return undefined;
    return this.#reconnection().next();
  }

  /** Made when the first stream, which is open then, gives cause to. */
  #reconnection(): Reconnection {
    if (this.#resumption === undefined) {
      this.#resumption = new Reconnection(RESUMPTIONS);
      this.#resumption.opened();
    }
    return this.#resumption;
  }

  #tell(fn: () => void): void {
    try {
      fn();
    } catch (error) {
      this.#host.report(error);
    }
  }

  #resolve(): void {
    if (!this.#settle()) return;
    this.#settling.resolve();
    this.#host.settled(this, this.#exchange?.isOver === false);
  }

  #reject(reason: unknown): void {
    // What its last stream came to says nothing of the first.
    const isTold = !(reason instanceof HttpFailure) || reason.sent || !this.#wasSent;
    const error = isTold ? reason : new HttpFailure(reason.message, true, { cause: reason });
    if (!this.#settle()) return;
    this.#settling.reject(error);
    if (!this.#isGivenUp) this.#host.report(error);
    this.#host.settled(this, this.#exchange?.isOver === false);
  }

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.#options.requestSignal?.removeEventListener("abort", this.#onAbort);
    return true;
  }
}

function readingOf(contentType: string | undefined): "events" | "json" | "unknown" {
  // The two that nearly all have, without taking them apart.
  if (contentType === "application/json") return "json";
  if (contentType === "text/event-stream") return "events";
  const [essence = ""] = (contentType ?? "").split(";");
  if (essence.trim().toLowerCase() === "application/json") return "json";
  return essence.trim().toLowerCase() === "text/event-stream" ? "events" : "unknown";
}

function isInitialized(message: JSONRPCMessage): boolean {
  return "method" in message && message.method === "notifications/initialized";
}
