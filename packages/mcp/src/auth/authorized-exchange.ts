/**
 * An exchange that shows a token. When the server turns it away for that, a new one is got and the request made again, for
 * it was refused before it ran; once for a token that is no good, and once for rights that it lacks.
 *
 * @module
 */
import type { IncomingHttpHeaders } from "node:http";
import { Exchange, type ExchangeListener, type Exchanging, type HttpRequest } from "../http/exchange.ts";
import { HttpFailure } from "../http/http-failure.ts";
import type { HttpLimits, Lane } from "../http/pools.ts";
import { type Authorizer, authorizationFailure, type Remedy, type Signature } from "./authorizer.ts";
import { headersOf, responseOf } from "./token-fetch.ts";

interface Refusal {
  readonly remedy: Remedy;
  readonly head: ResponseInit;
}

export class AuthorizedExchange implements Exchanging, ExchangeListener {
  readonly #authorizer: Authorizer;
  readonly #lane: Lane;
  readonly #request: HttpRequest;
  readonly #listener: ExchangeListener;
  readonly #limits: HttpLimits;
  readonly #tried = new Set<Remedy>();
  #exchange: Exchange | undefined;
  #signature: Signature = { headers: [], token: undefined, session: undefined };
  #refusal: Refusal | undefined;
  #isOver = false;

  constructor(
    authorizer: Authorizer,
    lane: Lane,
    request: HttpRequest,
    listener: ExchangeListener,
    limits: HttpLimits = {},
  ) {
    this.#authorizer = authorizer;
    this.#lane = lane;
    this.#request = request;
    this.#listener = listener;
    this.#limits = limits;
  }

  get sent(): boolean {
    return this.#exchange?.sent === true;
  }

  get isOver(): boolean {
    return this.#isOver || this.#exchange?.isOver === true;
  }

  begin(): void {
    void this.#attempt();
  }

  abort(message: string): void {
    if (this.isOver) return;
    if (this.#exchange !== undefined) {
      // Tells `failed`.
      this.#exchange.abort(message);
      return;
    }
    this.failed(new HttpFailure(message, false));
  }

  sending(): void {
    this.#listener.sending?.();
  }

  head(status: number, headers: IncomingHttpHeaders, statusText: string): "events" | "text" {
    if (status !== 401 && status !== 403 && this.#signature.session === undefined) {
      return this.#listener.head(status, headers, statusText);
    }
    const head = { status, statusText, headers: headersOf(headers) };
    const remedy = this.#authorizer.remedyFor(responseOf("", head), this.#signature);
    if (remedy === undefined || this.#tried.has(remedy)) return this.#listener.head(status, headers, statusText);
    this.#tried.add(remedy);
    this.#refusal = { remedy, head };
    return "text";
  }

  sseId(id: string): void {
    this.#listener.sseId(id);
  }

  sseEvent(data: string, type: string): void {
    this.#listener.sseEvent(data, type);
  }

  sseRetry(delay: number): void {
    this.#listener.sseRetry(delay);
  }

  ended(text: string): void {
    if (this.#refusal === undefined) this.#listener.ended(text);
    else void this.#remedy(this.#refusal, text);
  }

  failed(error: HttpFailure): void {
    this.#isOver = true;
    this.#listener.failed(error);
  }

  async #remedy({ remedy, head }: Refusal, text: string): Promise<void> {
    this.#refusal = undefined;
    // It was turned away, so nothing of it counts as sent until it is made again.
    this.#exchange = undefined;
    try {
      if (remedy !== "sign-again") await this.#authorizer.renew(responseOf(text, head), this.#signature.token, remedy);
    } catch (error) {
      if (!this.#isOver) this.failed(authorizationFailure(error));
      return;
    }
    await this.#attempt();
  }

  async #attempt(): Promise<void> {
    if (this.#isOver) return;
    try {
      this.#signature = await this.#authorizer.sign(this.#request.method);
    } catch (error) {
      if (!this.#isOver) this.failed(authorizationFailure(error));
      return;
    }
    // It may have been aborted while the token was read.
    if (this.isOver) return;
    const headers = [...withoutToken(this.#request.headers, this.#signature), ...this.#signature.headers];
    this.#exchange = new Exchange(this.#lane, { ...this.#request, headers }, this, this.#limits);
    this.#exchange.begin();
  }
}

/** What was given besides stands where the provider has no token. */
function withoutToken(headers: readonly string[], { token }: Signature): string[] {
  if (token === undefined) return [...headers];
  const others: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = String(headers[index]);
    if (name !== "authorization" && name !== "dpop") others.push(name, String(headers[index + 1]));
  }
  return others;
}
