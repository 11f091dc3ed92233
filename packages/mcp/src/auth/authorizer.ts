/**
 * Puts a provider's token on requests, and gets a new one when the server turns a request away.
 *
 * @module
 */
import {
  type AuthProvider,
  computeScopeUnion,
  type DpopSession,
  extractWWWAuthenticateParams,
  isDpopNonceChallenge,
  isStrictScopeSuperset,
  type OAuthClientProvider,
} from "@modelcontextprotocol/client";
import type { PoolOptions } from "../http/pools.ts";
import { AuthorizationFailure } from "./authorization-failure.ts";
import { renewOAuth } from "./oauth-renewal.ts";
import { renewOnce } from "./renewal-flights.ts";
import { withTokenFetch } from "./token-fetch.ts";

/** A source of tokens: the official client's interfaces. */
export type McpAuthProvider = AuthProvider | OAuthClientProvider;

/** What a request is signed with. */
export interface Signature {
  /** Names and values, flat. */
  readonly headers: readonly string[];
  readonly token: string | undefined;
  /** What made the proof that goes with the token, where one does. */
  readonly session: DpopSession | undefined;
}

/** What is to be done about a request that was turned away. */
export type Remedy = "renew" | "sign-again" | "step-up";

/** What a server has said of the tokens that it wants, which goes for all connections that use the provider with it. */
export interface Demand {
  resourceMetadataUrl: URL | undefined;
  scope: string | undefined;
}

const demands = new WeakMap<object, Map<string, Demand>>();

/** @param server where requests go. */
export function demandOf(provider: McpAuthProvider, server: URL): Demand {
  let ofProvider = demands.get(provider);
  if (ofProvider === undefined) demands.set(provider, (ofProvider = new Map()));
  let demand = ofProvider.get(server.href);
  if (demand === undefined)
    ofProvider.set(server.href, (demand = { resourceMetadataUrl: undefined, scope: undefined }));
  return demand;
}

/** Whether the provider does the whole of OAuth, or has a token and no more. The official client tells them so, too. */
export function isOAuth(provider: McpAuthProvider): provider is OAuthClientProvider {
  return "tokens" in provider && typeof provider.tokens === "function" && "clientInformation" in provider;
}

export class Authorizer {
  readonly #provider: McpAuthProvider;
  readonly #server: URL;
  readonly #options: PoolOptions;

  constructor(provider: McpAuthProvider, server: URL, options: PoolOptions) {
    this.#provider = provider;
    this.#server = server;
    this.#options = options;
  }

  /**
   * Makes the headers that show the provider's token. They are good for one request.
   *
   * @throws what the provider throws.
   */
  async sign(method: string): Promise<Signature> {
    const provider = this.#provider;
    if (!isOAuth(provider)) return bearer(await provider.token());
    const tokens = await provider.tokens();
    const token = tokens?.access_token;
    if (token === undefined || tokens?.token_type.toLowerCase() !== "dpop") return bearer(token);
    const session = await provider.dpop?.();
    if (session === undefined) return bearer(token);
    const proof = await session.buildProof({ htm: method, htu: this.#server, accessToken: token });
    return { headers: ["authorization", `DPoP ${token}`, "dpop", proof], token, session };
  }

  /** What can be done about an answer; undefined when it is to be taken as it is. */
  remedyFor(response: Response, { session }: Signature): Remedy | undefined {
    session?.observeNonce(response, this.#server);
    if (session !== undefined && isDpopNonceChallenge(response) && response.headers.has("dpop-nonce")) {
      return "sign-again";
    }
    const provider = this.#provider;
    if (response.status === 401) return isOAuth(provider) || provider.onUnauthorized ? "renew" : undefined;
    if (response.status !== 403 || !isOAuth(provider)) return undefined;
    return extractWWWAuthenticateParams(response).error === "insufficient_scope" ? "step-up" : undefined;
  }

  /**
   * Waits for a token in place of the one that was refused.
   *
   * **Cancellation:** none; see `renewOnce()`.
   *
   * @throws AuthorizationFailure when the user has to sign in; what the provider or the official flow throws.
   */
  async renew(response: Response, refused: string | undefined, remedy: "renew" | "step-up"): Promise<void> {
    const provider = this.#provider;
    const renewing = <T>(fn: (fetch: Parameters<Parameters<typeof withTokenFetch>[2]>[0]) => Promise<T>): Promise<T> =>
      withTokenFetch(this.#server, this.#options, fn);
    if (!isOAuth(provider)) {
      await renewOnce(provider, {
        isFulfilled: async () => (await provider.token()) !== refused,
        renew: () =>
          renewing(async (fetchFn) => provider.onUnauthorized?.({ response, serverUrl: this.#server, fetchFn })),
      });
      return;
    }
    const demand = this.#note(response);
    const isStepUp = remedy === "step-up";
    const scope = isStepUp ? computeScopeUnion(demand.scope, (await provider.tokens())?.scope) : demand.scope;
    await renewOnce(provider, {
      scope: isStepUp ? scope : undefined,
      isFulfilled: async (granted) => {
        const tokens = await provider.tokens();
        if (tokens === undefined || tokens.access_token === refused) return false;
        return !isStepUp || granted === scope || !isStrictScopeSuperset(scope, tokens.scope);
      },
      renew: () =>
        renewing(async (fetch) => {
          const { resourceMetadataUrl } = demand;
          const isBeyondRefresh = isStepUp && isStrictScopeSuperset(scope, (await provider.tokens())?.scope);
          const request = { serverUrl: this.#server, scope, resourceMetadataUrl, refused, isBeyondRefresh, fetch };
          await renewOAuth(provider, request);
        }),
    });
  }

  #note(response: Response): Demand {
    const demand = demandOf(this.#provider, this.#server);
    if (!response.headers.has("www-authenticate")) return demand;
    const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(response);
    demand.resourceMetadataUrl = resourceMetadataUrl ?? demand.resourceMetadataUrl;
    demand.scope = computeScopeUnion(demand.scope, scope);
    return demand;
  }
}

/** The failure of a request, for whatever went wrong in getting a token for it. */
export function authorizationFailure(error: unknown): AuthorizationFailure {
  if (error instanceof AuthorizationFailure) return error;
  const found = error instanceof Error ? error.message : String(error);
  return new AuthorizationFailure(`getting a token: ${found}`, false, { cause: error });
}

function bearer(token: string | undefined): Signature {
  const headers = token === undefined ? [] : ["authorization", `Bearer ${token}`];
  return { headers, token, session: undefined };
}
