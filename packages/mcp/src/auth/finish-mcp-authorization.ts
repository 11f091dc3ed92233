/**
 * The second half of a sign-in by the user: what came back is exchanged for tokens.
 *
 * @module
 */
import {
  auth,
  type FetchLike,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { type McpHttpOptions, readOptions } from "../options.ts";
import { AuthorizationFailure } from "./authorization-failure.ts";
import { demandOf, isOAuth } from "./authorizer.ts";
import { renewAlone } from "./renewal-flights.ts";
import { withTokenFetch } from "./token-fetch.ts";

/**
 * Gives the provider the tokens that the user's sign-in is good for. After that, connections with this provider work: open
 * one, or call again on one that threw `MCP_UNAUTHORIZED`.
 *
 * It needs no connection, and may run in another process than the one that sent the user away, as in the handler of the
 * redirect, where the provider keeps its state outside of both.
 *
 * **Cancellation:** none; each request to the authorization server ends within thirty seconds.
 *
 * @param options those that the connection is opened with.
 * @param returned the query of the redirect, with `code` and what goes with it, checked as RFC 9207 asks; or the code alone.
 * @throws TypeError for options without an OAuth provider; OAuthError when the sign-in was refused; otherwise what the
 * official client's `auth()` throws.
 */
export async function finishMcpAuthorization(
  options: McpHttpOptions,
  returned: URLSearchParams | string,
): Promise<void> {
  readOptions(options);
  const { authProvider, url, tls, dispatcher, limits } = options;
  if (authProvider === undefined || !isOAuth(authProvider)) {
    throw new TypeError("finishMcpAuthorization() takes options with an authProvider that is an OAuthClientProvider");
  }
  const server = new URL(url);
  const pool = { ...(tls && { tls }), ...(dispatcher && { dispatcher }), ...(limits && { limits }) };
  await renewAlone(authProvider, () =>
    withTokenFetch(server, pool, (fetch) => redeem(authProvider, server, returned, fetch)),
  );
}

async function redeem(
  provider: OAuthClientProvider,
  serverUrl: URL,
  returned: URLSearchParams | string,
  fetch: FetchLike,
): Promise<void> {
  const query = typeof returned === "string" ? new URLSearchParams({ code: returned }) : returned;
  const code = query.get("code");
  if (code === null) {
    // Never fulfilled: it says what the query says went wrong, once it is sure who wrote it.
    await new StreamableHTTPClientTransport(serverUrl, { authProvider: provider, fetch }).finishAuth(query);
    return;
  }
  const { resourceMetadataUrl, scope } = demandOf(provider, serverUrl);
  const iss = query.get("iss");
  const result = await auth(provider, {
    serverUrl,
    authorizationCode: code,
    fetchFn: fetch,
    ...(iss !== null && { iss }),
    ...(resourceMetadataUrl && { resourceMetadataUrl }),
    ...(scope !== undefined && { scope }),
  });
  if (result !== "AUTHORIZED") throw new AuthorizationFailure("the code gave no tokens", false);
}
