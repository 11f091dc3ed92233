/**
 * What became of a request.
 *
 * @module
 */
import type { Finding } from "./body-scanner.ts";

/**
 * Why a request has no complete response. `refused`: there was no connection to be had. `reset`: the connection ended
 * before the response did. `timeout`: the last byte was not there in time. `other`: the rest, such as a response that is
 * not HTTP, a body that does not decompress or a certificate that is not trusted.
 */
export type RequestFailure = "refused" | "reset" | "timeout" | "other";

/** A complete response. */
export interface Answer extends Finding {
  readonly status: number;
  /** Where a redirect leads to. */
  readonly location: string | undefined;
  /** From the start of the request, opening the connection included, to the last byte of the response. */
  readonly milliseconds: number;
}

/** What became of one request. */
export type RequestOutcome = Answer | { readonly failure: RequestFailure; readonly cause: unknown };

/** The failure that an error of a socket stands for; undefined for one that says nothing by itself. */
export function failureOf({ code }: NodeJS.ErrnoException): RequestFailure | undefined {
  return failures.get(code);
}

const failures: ReadonlyMap<string | undefined, RequestFailure> = new Map([
  ["ECONNREFUSED", "refused"],
  ["EAI_AGAIN", "refused"],
  ["EHOSTUNREACH", "refused"],
  ["ENETUNREACH", "refused"],
  ["ENOTFOUND", "refused"],
  ["ECONNABORTED", "reset"],
  ["ECONNRESET", "reset"],
  ["EPIPE", "reset"],
  ["ETIMEDOUT", "timeout"],
]);
