/**
 * A provider whose user signs in at once: the authorization server of a referee answers with the code right away.
 *
 * @module
 */
import {
  DpopSession,
  type OAuthClientInformationMixed,
  type OAuthClientMetadata,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type OAuthTokens,
} from "@modelcontextprotocol/client";

export class SignInProvider implements OAuthClientProvider {
  readonly redirectUrl = "http://localhost:3000/callback";
  /** The client's own address, for authorization servers that take one in place of a registration; the referees know it. */
  readonly clientMetadataUrl = "https://conformance-test.local/client-metadata.json";
  dpop?: () => Promise<DpopSession>;
  #session: Promise<DpopSession> | undefined;
  #client: OAuthClientInformationMixed | undefined;
  #tokens: OAuthTokens | undefined;
  #discovered: OAuthDiscoveryState | undefined;
  #verifier = "";
  #at: URL | undefined;

  /** @param client where it was registered by hand. */
  constructor(client?: OAuthClientInformationMixed, isDpop = false) {
    this.#client = client;
    if (isDpop) this.dpop = () => (this.#session ??= DpopSession.create());
  }

  get clientMetadata(): OAuthClientMetadata {
    return { client_name: "holdfast", redirect_uris: [this.redirectUrl] };
  }

  clientInformation(): OAuthClientInformationMixed | undefined {
    return this.#client;
  }

  saveClientInformation(client: OAuthClientInformationMixed): void {
    this.#client = client;
  }

  tokens(): OAuthTokens | undefined {
    return this.#tokens;
  }

  saveTokens(tokens: OAuthTokens): void {
    this.#tokens = tokens;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  codeVerifier(): string {
    return this.#verifier;
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.#discovered = state;
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#discovered;
  }

  invalidateCredentials(what: "all" | "client" | "discovery" | "tokens" | "verifier"): void {
    if (what === "all" || what === "client") this.#client = undefined;
    if (what === "all" || what === "tokens") this.#tokens = undefined;
    if (what === "all" || what === "discovery") this.#discovered = undefined;
  }

  redirectToAuthorization(url: URL): void {
    this.#at = url;
  }

  /** Signs in where the client was sent, and gives what came back. */
  async signIn(): Promise<URLSearchParams> {
    if (this.#at === undefined) throw new Error("signing in: the client was sent nowhere");
    const response = await fetch(this.#at, { redirect: "manual" });
    const location = response.headers.get("location");
    if (location === null) throw new Error(`signing in: no redirect came back, but HTTP ${response.status}`);
    return new URL(location, this.#at).searchParams;
  }
}
