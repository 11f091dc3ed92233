/**
 * A provider of tokens for a workload that has an identity already, in a JWT (RFC 7523): the official client has none.
 *
 * @module
 */
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthTokens,
} from "@modelcontextprotocol/client";

export class JwtBearerProvider implements OAuthClientProvider {
  /** Nobody is sent anywhere. */
  readonly redirectUrl = undefined;
  readonly clientMetadata: OAuthClientMetadata = { redirect_uris: [], token_endpoint_auth_method: "none" };
  readonly #client: OAuthClientInformationMixed;
  readonly #assertion: string;
  #tokens: OAuthTokens | undefined;

  constructor(clientId: string, assertion: string) {
    this.#client = { client_id: clientId };
    this.#assertion = assertion;
  }

  prepareTokenRequest(): URLSearchParams {
    return new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: this.#assertion,
    });
  }

  clientInformation(): OAuthClientInformationMixed {
    return this.#client;
  }

  tokens(): OAuthTokens | undefined {
    return this.#tokens;
  }

  saveTokens(tokens: OAuthTokens): void {
    this.#tokens = tokens;
  }

  redirectToAuthorization(): never {
    throw new Error("this client has no user to send anywhere");
  }

  saveCodeVerifier(): void {}

  codeVerifier(): string {
    return "";
  }
}
