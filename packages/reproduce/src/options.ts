/**
 * What a reproduction is told to do.
 *
 * @module
 */
import type { Signature } from "./body-scanner.ts";
import type { RequestMaker } from "./request.ts";
import type { ShownUrl } from "./secrets.ts";

/**
 * When requests are sent. `closed`: as soon as one of those in flight is answered, so that a slow server is sent fewer.
 * `burst`: so many at once, and the next so many when all of them are answered.
 */
export type Arrival = "closed" | "burst" | OpenArrival;

/** Requests that come at their own times, whatever the server does: an open loop. */
export interface OpenArrival {
  /** Requests in a second, on average. */
  readonly rate: number;
  /** Whether they come like callers who know nothing of each other (a Poisson process, the default) or like a clock. */
  readonly spacing?: "even" | "random";
}

/** Whether the times at which requests are due are drawn by chance. */
export function isRandom(arrival: Arrival): boolean {
  return typeof arrival === "object" && arrival.spacing !== "even";
}

/** An arrival as results name it: `closed`, `burst`, `50/s`, `50/s even`. */
export function arrivalText(arrival: Arrival = "closed"): string {
  if (typeof arrival === "string") return arrival;
  return `${arrival.rate}/s${arrival.spacing === "even" ? " even" : ""}`;
}

/** Two shares between which Wald's test decides. */
export interface SequentialTest {
  /** The share of hits that would still be called clean. */
  readonly p0: number;
  /** The share that is called faulty. */
  readonly p1: number;
}

/** How {@link reproduce} loads a URL. */
export interface ReproduceOptions {
  /**
   * Over http or https, without user and password: an `authorization` header carries those. Here, in header values and in
   * the body, `{{i}}` becomes the number of the request within its level, `{{n}}` its number within the whole
   * reproduction, both from 0 and warm-up included, and `{{uuid}}` a random one.
   */
  readonly url: string | URL;
  /**
   * What to look for in the response bodies: exact text, or a regular expression, which sees the first 1 Mi characters. An
   * expression is applied afresh to each body, whatever its flags. Bodies are decompressed (gzip, deflate, br, zstd) and
   * read in the charset they say they have; in UTF-8 when they say nothing.
   */
  readonly signature: Signature;
  /** Requests at each level; the most of them with `sprt`. */
  readonly requests: number;
  /**
   * How many requests are in flight at a time; a list is a sweep, its levels measured one after another. In an open loop it
   * is the most: a request that finds so many under way waits, and its wait counts.
   */
  readonly concurrency: number | readonly number[];
  /** Default `closed`. */
  readonly arrival?: Arrival;
  /**
   * A whole number below 2 ** 32 from which the times of requests are drawn that come at random; each level begins anew
   * with it. By default another one each time, which the result tells.
   */
  readonly seed?: number;
  /** Requests before each level that are sent in the same way and leave no trace in the result. Default 0. */
  readonly warmUp?: number;
  /**
   * Stops a level once Wald's sequential test has decided between two shares of hits, each error being made in 5 % at most.
   * It takes every response for independent, in the order in which they are complete.
   */
  readonly sprt?: SequentialTest;
  /** How long the server holds what the requests share; for what the model predicts, see {@link Predicted}. */
  readonly holdMs?: number;
  /** Default `GET`, or `POST` when there is a body. */
  readonly method?: string;
  /** Sent as they are; the framing ones, such as `content-length`, are not for the caller to set. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether to go where redirects lead. By default a redirect is an answer like any other. */
  readonly follow?: boolean;
  /**
   * How long a request may take, in milliseconds, from opening the connection to the last byte; each redirect begins anew.
   * Default 30 000.
   */
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
  /** For results and errors; with the placeholders that it was given with. */
  readonly shown: ShownUrl;
  /** Where connections go to. */
  readonly origin: URL;
  readonly maker: RequestMaker;
  readonly signature: Signature;
  readonly requests: number;
  readonly levels: readonly number[];
  readonly arrival: Arrival;
  readonly seed: number;
  readonly warmUp: number;
  readonly sprt: SequentialTest | undefined;
  readonly holdMs: number | undefined;
  readonly follow: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: ReproduceProgress) => void) | undefined;
  /** Whether connections may be our own; else all go through the client that knows all of HTTP. */
  readonly isPlain: boolean;
}
