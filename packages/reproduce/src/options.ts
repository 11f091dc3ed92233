/**
 * What a reproduction is told to do, and the check of it before anything is sent.
 *
 * @module
 */
import { validateHeaderName, validateHeaderValue } from "node:http";
import { types } from "node:util";
import type { Signature } from "./body-scanner.ts";

/** How {@link reproduce} loads a URL. */
export interface ReproduceOptions {
  /** Over http or https, without user and password: an `authorization` header carries those. */
  readonly url: string | URL;
  /**
   * What to look for in the response bodies, read as UTF-8: exact text, or a regular expression, which sees the first
   * 1 Mi characters. An expression is applied afresh to each body, whatever its flags.
   */
  readonly signature: Signature;
  /** Requests at each level. */
  readonly requests: number;
  /** How many requests are in flight at a time; a list is a sweep, its levels measured one after another. */
  readonly concurrency: number | readonly number[];
  /** Default `GET`, or `POST` when there is a body. */
  readonly method?: string;
  /** Sent as they are; the framing ones, such as `content-length`, are not for the caller to set. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long a request may take, in milliseconds, from opening the connection to the last byte. Default 30 000. */
  readonly timeoutMs?: number;
  /** Ends the reproduction; its requests are ended first. */
  readonly signal?: AbortSignal;
  /** Told after each request, answered or not; what it throws ends the reproduction. */
  readonly onProgress?: (progress: ReproduceProgress) => void;
}

/** How far a reproduction is. */
export interface ReproduceProgress {
  readonly concurrency: number;
  /** Requests of this level that are over, answered or not. */
  readonly done: number;
  readonly requests: number;
  readonly hits: number;
}

/** Options after the check. */
export interface Plan {
  readonly url: URL;
  readonly signature: Signature;
  readonly requests: number;
  readonly levels: readonly number[];
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: ReproduceProgress) => void;
}

const defaultTimeoutMs = 30_000;
/** The longest delay of a Node timer; a longer one would fire at once. */
const maxTimeoutMs = 2_147_483_647;
/** The token of RFC 9110, section 5.6.2, which a method is. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What the client says about the message itself; a second word on it would contradict the first. */
const framingHeaders = new Set(["content-length", "expect", "keep-alive", "transfer-encoding", "upgrade"]);

/**
 * Checks the options and fills in what is absent.
 *
 * @throws TypeError, RangeError for the first option that makes no sense.
 */
export function readOptions(options: ReproduceOptions): Plan {
  const { signature, requests, concurrency, headers = {}, body, timeoutMs = defaultTimeoutMs } = options;
  const { method = body === undefined ? "GET" : "POST", signal, onProgress = () => {} } = options;
  const url = readUrl(String(options.url));
  const levels = typeof concurrency === "number" ? [concurrency] : [...concurrency];
  checkSignature(signature);
  checkWhole("requests", requests);
  if (levels.length === 0) throw new RangeError("concurrency is an empty list; give at least one level");
  for (const level of levels) checkWhole("concurrency", level);
  if (new Set(levels).size < levels.length) {
    throw new RangeError(`concurrency has a level twice in ${levels.join(", ")}; each is measured once`);
  }
  checkMethod(method);
  for (const [name, value] of Object.entries(headers)) checkHeader(name, value);
  if (!(timeoutMs > 0 && timeoutMs <= maxTimeoutMs)) {
    throw new RangeError(`timeoutMs is above 0 and at most ${maxTimeoutMs}, and ${timeoutMs} is not`);
  }
  return {
    url,
    signature,
    requests,
    levels,
    method,
    headers: { ...headers },
    body: body === undefined ? null : Buffer.from(body),
    timeoutMs,
    signal,
    onProgress,
  };
}

function readUrl(given: string): URL {
  const url = URL.parse(given);
  if (url === null)
    throw new TypeError(`${JSON.stringify(given)} is not a URL; give one such as http://127.0.0.1:3000/`);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`requests go over http or https, and ${url.href} is neither`);
  }
  // Not repeated in the message: it would put the password into logs.
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("the url has a user or a password, which would not be sent; give an authorization header");
  }
  return url;
}

function checkSignature(signature: unknown): void {
  if (typeof signature !== "string" && !types.isRegExp(signature)) {
    throw new TypeError(`a signature is a string or a regular expression, and ${typeof signature} is neither`);
  }
  if (signature === "" || (types.isRegExp(signature) && signature.source === "(?:)")) {
    throw new TypeError("the signature is empty, and every body has that; give the odd word of the error");
  }
}

function checkMethod(method: string): void {
  if (!token.test(method)) throw new TypeError(`${JSON.stringify(method)} is not an HTTP method`);
  if (method === "CONNECT") throw new TypeError("CONNECT asks for a tunnel, which has no body to search");
}

function checkHeader(name: string, value: string): void {
  validateHeaderName(name);
  validateHeaderValue(name, value);
  if (framingHeaders.has(name.toLowerCase())) {
    throw new TypeError(`the header ${name} is set by the client where it is due; leave it out`);
  }
}

function checkWhole(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new RangeError(`${name} is a whole number from 1 up, and ${value} is not`);
}
