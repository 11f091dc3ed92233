/**
 * Getting new tokens for an OAuth provider by the official client's flow, with what that leaves to its host: a refresh token
 * is exchanged once in the whole process, and tokens are thrown away only when they are refused, never for want of an answer.
 *
 * @module
 */
import {
  auth,
  discoverOAuthProtectedResourceMetadata,
  type FetchLike,
  type OAuthClientProvider,
  OAuthError,
  OAuthErrorCode,
} from "@modelcontextprotocol/client";
import { AuthorizationFailure } from "./authorization-failure.ts";
import { exchangeOf, exchanging, type Grant, grantOf, newestOf, remember, type Rotation } from "./rotations.ts";

/** What new tokens are wanted for. */
export interface OAuthRequest {
  readonly serverUrl: URL;
  readonly scope: string | undefined;
  readonly resourceMetadataUrl: URL | undefined;
  /** The access token that was refused; undefined when none was sent. */
  readonly refused: string | undefined;
  /** That a refresh cannot help, for it gives no more rights than there were. */
  readonly isBeyondRefresh: boolean;
  readonly fetch: FetchLike;
}

/** Thrown to end the official flow: somebody else has stored new tokens, which it was about to throw away. */
class TokensReplaced extends Error {}

/**
 * Gets new tokens and gives them to the provider.
 *
 * **Cancellation:** none; see `renewOnce()`.
 *
 * @throws AuthorizationFailure when the user has to sign in, and was sent to; what the official flow throws.
 */
export async function renewOAuth(provider: OAuthClientProvider, request: OAuthRequest): Promise<void> {
  if (request.isBeyondRefresh) return await authorize(provider, request);
  if (request.refused !== undefined) await followMove(provider, request);
  for (;;) {
    const grant = await grantOf(provider, request.serverUrl);
    if (grant === undefined) return await authorize(provider, request);
    const newest = newestOf(grant.key);
    if (newest !== undefined && (await adopt(provider, grant, newest, request))) return;
    const other = exchangeOf(grant.key);
    if (other === undefined && newest === undefined) return await exchange(provider, grant, request);
    if (other === undefined && newest?.grant.key === grant.key) return await exchange(provider, grant, request);
    await other;
  }
}

/**
 * Lets the provider forget which authorization server it knows, when the server that refused its token names another by now:
 * the official flow would go on with the old one.
 */
async function followMove(provider: OAuthClientProvider, request: OAuthRequest): Promise<void> {
  const known = (await provider.discoveryState?.())?.authorizationServerUrl;
  if (known === undefined) return;
  const { serverUrl, resourceMetadataUrl, fetch } = request;
  const options = resourceMetadataUrl && { resourceMetadataUrl };
  // Where it cannot be asked, what is known stands.
  const found = await discoverOAuthProtectedResourceMetadata(serverUrl, options, fetch).catch(() => undefined);
  const [first] = found?.authorization_servers ?? [];
  if (first !== undefined && first !== known) await provider.invalidateCredentials?.("discovery");
}

function exchange(provider: OAuthClientProvider, grant: Grant, request: OAuthRequest): Promise<void> {
  return exchanging(grant.key, async () => {
    await authorize(provider, request);
    const renewed = await grantOf(provider, request.serverUrl);
    // What another issuer gave belongs to another registration of the client, too.
    if (renewed !== undefined && (grant.issuer ?? renewed.issuer) === renewed.issuer)
      remember(grant.key, { grant: renewed, resource: request.serverUrl.href });
  });
}

/** Gives a provider what became of the refresh token that it holds a copy of; true when nothing else is to be done. */
async function adopt(
  provider: OAuthClientProvider,
  held: Grant,
  newest: Rotation,
  { refused, serverUrl }: OAuthRequest,
): Promise<boolean> {
  const { tokens, issuer, key } = newest.grant;
  // An access token is for one server, and must not be shown to another.
  const isFresh = newest.resource === serverUrl.href && tokens.access_token !== refused;
  if (!isFresh && key === held.key) return false;
  const adopted = isFresh ? tokens : { ...held.tokens, refresh_token: tokens.refresh_token };
  await provider.saveTokens({ ...adopted }, issuer === undefined ? undefined : { issuer });
  return isFresh;
}

async function authorize(provider: OAuthClientProvider, request: OAuthRequest): Promise<void> {
  const { serverUrl, scope, resourceMetadataUrl, isBeyondRefresh, fetch } = request;
  try {
    const result = await auth(guarded(provider), {
      serverUrl,
      fetchFn: careful(fetch),
      forceReauthorization: isBeyondRefresh,
      ...(scope !== undefined && { scope }),
      ...(resourceMetadataUrl && { resourceMetadataUrl }),
    });
    if (result === "AUTHORIZED") return;
  } catch (error) {
    if (error instanceof TokensReplaced) return;
    throw error;
  }
  throw new AuthorizationFailure("the user has to sign in", true);
}

/** The provider, but that it forgets no tokens that somebody else, in another process, has stored since they were read. */
function guarded(provider: OAuthClientProvider): OAuthClientProvider {
  let used: string | undefined;
  const own: Partial<OAuthClientProvider> = {
    async tokens(context) {
      const tokens = await provider.tokens(context);
      used = tokens?.refresh_token;
      return tokens;
    },
    async invalidateCredentials(what) {
      const isOfTokens = what === "tokens" || what === "all";
      if (isOfTokens && used !== undefined) {
        const stored = (await provider.tokens())?.refresh_token;
        if (stored !== undefined && stored !== used) throw new TokensReplaced();
      }
      await provider.invalidateCredentials?.(what);
    },
  };
  return new Proxy(provider, {
    get(target, key) {
      if (Object.hasOwn(own, key)) return own[key as keyof OAuthClientProvider];
      const value: unknown = Reflect.get(target, key, target);
      // On the provider itself: a class may have private fields, which a proxy has not.
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/**
 * Tells a refresh that got no answer from one that was refused. The official flow would send the user to sign in for either;
 * an OAuth error that says to come again makes it stop, and leaves the tokens as they are.
 */
function careful(fetch: FetchLike): FetchLike {
  return async (url, init) => {
    const isRefresh = init?.body instanceof URLSearchParams && init.body.get("grant_type") === "refresh_token";
    if (!isRefresh) return await fetch(url, init);
    let response: Response;
    try {
      response = await fetch(url, init);
    } catch (cause) {
      throw unavailable("refreshing the token: no answer", { cause });
    }
    if (response.status < 500 && response.status !== 429) return response;
    throw unavailable(`refreshing the token: the authorization server answered HTTP ${response.status}`);
  };
}

function unavailable(message: string, options: ErrorOptions = {}): OAuthError {
  return Object.assign(new OAuthError(OAuthErrorCode.TemporarilyUnavailable, message), options);
}
