/**
 * How a request over HTTP fails, apart from an HTTP status: what is known of it, for the errors that callers see.
 *
 * @module
 */

/** The request failed before its answer was there; `cause` is what the network said, where it said anything. */
export class HttpFailure extends Error {
  /** Whether a byte of it may have reached the server. When false, it is certain that none did. */
  readonly sent: boolean;

  constructor(message: string, sent: boolean, options?: ErrorOptions) {
    super(message, options);
    this.sent = sent;
  }
  static {
    Object.defineProperty(this.prototype, "name", { value: "HttpFailure", configurable: true, writable: true });
  }
}

/** The server's answer was longer than the limit, and was not read any further. */
export class HttpLimitError extends HttpFailure {
  /** What was too long. */
  readonly what: "body" | "event" | "header";
  /** The limit, in bytes. */
  readonly limit: number;

  constructor(what: "body" | "event" | "header", limit: number, options?: ErrorOptions) {
    super(`the ${what} of the answer is longer than ${limit} bytes; raise limits.${what}`, true, options);
    this.what = what;
    this.limit = limit;
  }
  static {
    Object.defineProperty(this.prototype, "name", { value: "HttpLimitError", configurable: true, writable: true });
  }
}
