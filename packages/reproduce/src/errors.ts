/**
 * What can go wrong with a reproduction as a whole. A single request that fails is no error but part of the result.
 *
 * @module
 */

/** The codes of this package's errors. */
export type ReproduceErrorCode = "REPRODUCE_LEVEL_MISSING" | "REPRODUCE_UNREACHABLE";

/** Thrown when not one request of a level was answered: there is nothing there to reproduce anything with. */
export class UnreachableError extends Error {
  readonly code = "REPRODUCE_UNREACHABLE";
  readonly hint = "start the server, or check host and port";
  readonly url: string;

  /** @param options `cause` is why the last request got no answer. */
  constructor(url: string, requests: number, options: ErrorOptions) {
    super(`sending ${requests} requests to ${url}: not one was answered (${causeText(options.cause)})`, options);
    this.url = url;
  }

  static {
    Object.defineProperty(this.prototype, "name", { value: "UnreachableError", configurable: true, writable: true });
  }
}

/** Thrown when two results are to be compared at a level that one of them has not measured. */
export class LevelMissingError extends Error {
  readonly code = "REPRODUCE_LEVEL_MISSING";
  readonly hint = "compare at a level that both have";
  readonly concurrency: number;

  /** @param which which of the two results it is */
  constructor(concurrency: number, which: string, measured: readonly number[]) {
    super(
      `comparing at concurrency ${concurrency}: ${which} was measured at ${measured.join(", ")}; compare at a level of both`,
    );
    this.concurrency = concurrency;
  }

  static {
    Object.defineProperty(this.prototype, "name", { value: "LevelMissingError", configurable: true, writable: true });
  }
}

/** Node gives an error without a message when it has tried several addresses of a host. */
function causeText(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ("code" in cause ? String(cause.code) : cause.name);
}
