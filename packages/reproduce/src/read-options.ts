/**
 * The check of the options, before anything is sent.
 *
 * @module
 */
import { randomInt } from "node:crypto";
import { validateHeaderName, validateHeaderValue } from "node:http";
import { types } from "node:util";
import type { Arrival, Plan, ReproduceOptions, SequentialTest } from "./options.ts";
import { RequestMaker } from "./request.ts";
import { shownUrl } from "./secrets.ts";
import { SEEDS } from "./seeded-random.ts";
import { fillIn, isTemplate } from "./template.ts";

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
  const { method = body === undefined ? "GET" : "POST", signal, onProgress, arrival = "closed" } = options;
  const { warmUp = 0, sprt, holdMs, follow = false, seed = randomInt(SEEDS) } = options;
  const { url, origin } = readUrl(String(options.url));
  const levels = typeof concurrency === "number" ? [concurrency] : [...concurrency];
  checkSignature(signature);
  checkWhole("requests", requests, 1);
  if (levels.length === 0) throw new RangeError("concurrency is an empty list; give at least one level");
  for (const level of levels) checkWhole("concurrency", level, 1);
  if (new Set(levels).size < levels.length) {
    throw new RangeError(`concurrency has a level twice in ${levels.join(", ")}; each is measured once`);
  }
  checkArrival(arrival);
  if (!Number.isInteger(seed) || seed < 0 || seed >= SEEDS) {
    throw new RangeError(`a seed is a whole number from 0 up to ${SEEDS - 1}, and ${seed} is not`);
  }
  checkWhole("warmUp", warmUp, 0);
  if (sprt !== undefined) checkSequentialTest(sprt);
  if (holdMs !== undefined && !(holdMs > 0 && holdMs < Infinity)) {
    throw new RangeError(`holdMs is a time above 0, and ${holdMs} is not`);
  }
  checkMethod(method);
  for (const [name, value] of Object.entries(headers)) checkHeader(name, value);
  if (!(timeoutMs > 0 && timeoutMs <= maxTimeoutMs)) {
    throw new RangeError(`timeoutMs is above 0 and at most ${maxTimeoutMs}, and ${timeoutMs} is not`);
  }
  return {
    shown: shownUrl(url),
    origin,
    maker: new RequestMaker({ url, method, headers: { ...headers }, body: body ?? null }),
    signature,
    requests,
    levels,
    arrival,
    seed,
    warmUp,
    sprt,
    holdMs,
    follow,
    timeoutMs,
    signal,
    onProgress,
    // What else than keep-alive it may say, and what follows from it, the client knows.
    isPlain: !Object.keys(headers).some((name) => name.toLowerCase() === "connection"),
  };
}

function readUrl(given: string): { readonly url: string; readonly origin: URL } {
  const url = parseUrl(fillIn(given, 0, 0), given);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`requests go over http or https, and ${shownUrl(url.href).url} is neither`);
  }
  // Not repeated in the message: it would put the password into logs.
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("the url has a user or a password, which would not be sent; give an authorization header");
  }
  if (!isTemplate(given)) return { url: url.href, origin: url };
  const other = parseUrl(fillIn(given, 1, 1), given);
  if (other.origin !== url.origin) {
    throw new TypeError(`${shownText(given)} has a placeholder in its host; give it in the path or the query`);
  }
  return { url: given, origin: url };
}

function parseUrl(filled: string, given: string): URL {
  const url = URL.parse(filled);
  if (url !== null) return url;
  throw new TypeError(`${shownText(given)} is not a URL; give one such as http://127.0.0.1:3000/`);
}

function shownText(url: string): string {
  return JSON.stringify(shownUrl(url).url);
}

function checkSignature(signature: unknown): void {
  if (typeof signature !== "string" && !types.isRegExp(signature)) {
    throw new TypeError(`a signature is a string or a regular expression, and ${typeof signature} is neither`);
  }
  if (signature === "" || (types.isRegExp(signature) && signature.source === "(?:)")) {
    throw new TypeError("the signature is empty, and every body has that; give the odd word of the error");
  }
}

function checkArrival(arrival: Arrival): void {
  if (arrival === "closed" || arrival === "burst") return;
  if (typeof arrival !== "object") {
    throw new TypeError(`arrival is "closed", "burst" or { rate }, and ${JSON.stringify(arrival)} is none of them`);
  }
  const { rate, spacing = "random" } = arrival;
  if (!(rate > 0 && rate < Infinity)) throw new RangeError(`a rate is above 0, and ${rate} is not`);
  if (spacing !== "random" && spacing !== "even") {
    throw new TypeError(`spacing is "even" or "random", and ${JSON.stringify(spacing)} is neither`);
  }
}

function checkSequentialTest({ p0, p1 }: SequentialTest): void {
  if (p0 > 0 && p0 < p1 && p1 < 1) return;
  throw new RangeError(`sprt takes shares with 0 < p0 < p1 < 1, and ${p0}, ${p1} are not`);
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

function checkWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new RangeError(`${name} is a whole number from ${least} up, and ${value} is not`);
}
