/**
 * How a request fails that could not be authorized: the server turned it away, or it was never sent.
 *
 * @module
 */
import { HttpFailure } from "../http/http-failure.ts";

/** No token could be had for a request; `cause` is what the provider or the authorization server said. */
export class AuthorizationFailure extends HttpFailure {
  /** Whether the user has been sent to sign in, and the request can succeed after that. */
  readonly needsUser: boolean;

  constructor(message: string, needsUser: boolean, options?: ErrorOptions) {
    // A server that asks for a token has not run what it turned away.
    super(message, false, options);
    this.needsUser = needsUser;
  }
  static {
    Object.defineProperty(this.prototype, "name", {
      value: "AuthorizationFailure",
      configurable: true,
      writable: true,
    });
  }
}
