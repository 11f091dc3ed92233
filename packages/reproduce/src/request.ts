/**
 * The requests of a reproduction, as they go over the wire.
 *
 * @module
 */
import { fillIn, isTemplate } from "./template.ts";

/** One request. */
export interface WireRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
  /** The whole message, for a connection of ours. */
  readonly message: Buffer;
}

/** What requests are made of: texts that may have placeholders. */
export interface RequestTexts {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Makes one request after another; all the same one where there is no placeholder. */
export class RequestMaker {
  readonly #texts: RequestTexts;
  readonly #constant: WireRequest | undefined;
  #made = 0;
  #madeBefore = 0;

  constructor(texts: RequestTexts) {
    this.#texts = texts;
    const { url, headers, body } = texts;
    const isConstant = ![url, body ?? "", ...Object.values(headers)].some(isTemplate);
    this.#constant = isConstant ? this.#make(0, 0) : undefined;
  }

  next(): WireRequest {
    const i = this.#made++;
    return this.#constant ?? this.#make(i, this.#madeBefore + i);
  }

  /** Numbers the requests of a level from 0. */
  beginLevel(): void {
    this.#madeBefore += this.#made;
    this.#made = 0;
  }

  #make(i: number, n: number): WireRequest {
    const { url, method, headers, body } = this.#texts;
    return wireRequest(
      new URL(fillIn(url, i, n)),
      method,
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fillIn(value, i, n)])),
      body === null ? null : Buffer.from(fillIn(body, i, n)),
    );
  }
}

/** Writes a request out. */
export function wireRequest(
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer | null,
): WireRequest {
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const lines = [
    `${method} ${url.pathname}${url.search} HTTP/1.1`,
    ...(names.has("host") ? [] : [`host: ${url.host}`]),
    "connection: keep-alive",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === null ? lengthWithoutBody(method) : [`content-length: ${body.length}`]),
  ];
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  return { url, method, headers, body, message: body === null ? head : Buffer.concat([head, body]) };
}

/** Of a method that is expected to have a body, it is said that there is none. */
function lengthWithoutBody(method: string): string[] {
  return ["POST", "PUT", "PATCH"].includes(method) ? ["content-length: 0"] : [];
}
