/**
 * The stream on which a server sends what belongs to no call, in the revisions of the protocol that have sessions. It is
 * opened again when it ends, more slowly each time, and no more once it has come to nothing too often in a row.
 *
 * @module
 */
import type { IncomingHttpHeaders } from "node:http";
import type { JSONRPCMessage } from "@modelcontextprotocol/client";
import { AuthorizationFailure } from "../auth/authorization-failure.ts";
import { startDelay } from "./delay.ts";
import type { ExchangeListener, Exchanging, HttpRequest } from "./exchange.ts";
import { HttpFailure } from "./http-failure.ts";
import { isAnswer, isOtherMessage, notMcp, readMessages } from "./messages.ts";
import type { Lane } from "./pools.ts";
import { Reconnection } from "./reconnection.ts";

/** What a transport does for its stream. */
export interface StandingStreamHost {
  exchange(lane: Lane, request: HttpRequest, listener: ExchangeListener): Exchanging;
  streamRequest(lastEventId: string | undefined): HttpRequest;
  deliver(message: JSONRPCMessage): void;
  report(error: unknown): void;
}

/** Together some fifty seconds, in which most servers are back that were started anew. */
const REOPENINGS = { short: 8, failed: 8 };

/** How long the first answer is waited for, in milliseconds: some servers send its head only with the first event. */
const PATIENCE = 200;

export class StandingStream implements ExchangeListener {
  readonly #lane: Lane;
  readonly #host: StandingStreamHost;
  readonly #reconnection = new Reconnection(REOPENINGS);
  #exchange: Exchanging | undefined;
  #cancelDelay: (() => void) | undefined;
  #lastEventId: string | undefined;
  #status = 0;
  #isClosed = false;
  #cancelPatience: (() => void) | undefined;
  readonly #asked = Promise.withResolvers<void>();

  constructor(lane: Lane, host: StandingStreamHost) {
    this.#lane = lane;
    this.#host = host;
  }

  /** Fulfilled when the server has first answered whether there is one, or takes its time for that, or cannot be asked. */
  get asked(): Promise<void> {
    return this.#asked.promise;
  }

  open(): void {
    this.#status = 0;
    this.#exchange = this.#host.exchange(this.#lane, this.#host.streamRequest(this.#lastEventId), this);
    this.#exchange.begin();
  }

  close(): void {
    this.#isClosed = true;
    this.#answered();
    this.#cancelDelay?.();
    this.#exchange?.abort("the transport was closed");
  }

  sending(): void {
    this.#cancelPatience ??= startDelay(PATIENCE, () => this.#asked.resolve());
  }

  head(status: number, headers: IncomingHttpHeaders): "events" | "text" {
    this.#answered();
    const type = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
    const isStream = status === 200 && type === "text/event-stream";
    // Whatever else it is, asking again would not make it a stream.
    this.#status = status >= 200 && status < 300 && !isStream ? 406 : status;
    if (!isStream) return "text";
    this.#reconnection.opened();
    return "events";
  }

  sseId(id: string): void {
    this.#lastEventId = id === "" ? undefined : id;
  }

  sseRetry(delay: number): void {
    this.#reconnection.retryAfter(delay);
  }

  sseEvent(data: string, type: string): void {
    if (type !== "message" || data === "") return;
    try {
      for (const message of readMessages(data)) {
        if (!isOtherMessage(message) && !isAnswer(message))
          throw notMcp("the stream has a message that is not JSON-RPC");
        this.#host.deliver(message);
      }
    } catch (error) {
      this.#host.report(error);
    }
  }

  ended(): void {
    const status = this.#status;
    // The server has no such stream, which it may.
    if (status === 405) return;
    if (status >= 300 && status < 500) {
      this.#host.report(
        new HttpFailure(`opening the stream of notifications: the server answered HTTP ${status}`, true),
      );
      return;
    }
    this.#reopen();
  }

  failed(error: HttpFailure): void {
    this.#answered();
    if (this.#isClosed) return;
    this.#host.report(error);
    // The user would be sent to sign in time and again.
    if (!(error instanceof AuthorizationFailure && error.needsUser)) this.#reopen();
  }

  #answered(): void {
    this.#cancelPatience?.();
    this.#asked.resolve();
  }

  #reopen(): void {
    const delay = this.#reconnection.next();
    if (delay === undefined) {
      this.#host.report(new HttpFailure("the stream of notifications ended too often, and is not opened again", true));
      return;
    }
    this.#cancelDelay = startDelay(delay, () => this.open());
  }
}
