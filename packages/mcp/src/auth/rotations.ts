/**
 * Which refresh tokens have been exchanged, and for what. A server that rotates them takes the second use of one for theft,
 * and revokes all that came of it; so those who hold a copy of an old one are given what it became.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { OAuthClientProvider, OAuthTokens } from "@modelcontextprotocol/client";

/** A refresh token, whose it is, and the tokens that it came with. */
export interface Grant {
  /** Tells the token, its client and its issuer from all others; shows none of them. */
  readonly key: string;
  readonly tokens: OAuthTokens;
  readonly issuer: string | undefined;
}

/** What a refresh token became. */
export interface Rotation {
  /** The grant that came of it; of the same key where the server does not rotate. */
  readonly grant: Grant;
  /** The server that the access token is for. */
  readonly resource: string;
}

/** How many are remembered: some megabytes. The oldest are forgotten, which by then are most likely expired. */
const MOST_REMEMBERED = 1_000;

const rotations = new Map<string, Rotation>();

/** Exchanges under way, by the key of the refresh token. */
const exchanges = new Map<string, Promise<void>>();

/**
 * The refresh token that the provider holds; undefined when it holds none.
 *
 * @param server whose tokens they are; stands for the issuer where the provider does not keep that with them.
 */
export async function grantOf(provider: OAuthClientProvider, server: URL): Promise<Grant | undefined> {
  const tokens = await provider.tokens();
  if (tokens?.refresh_token === undefined) return undefined;
  const { issuer } = tokens as { issuer?: string };
  const client = await provider.clientInformation(issuer === undefined ? undefined : { issuer });
  const identity = JSON.stringify([issuer ?? server.origin, client?.client_id, tokens.refresh_token]);
  return { key: createHash("sha256").update(identity).digest("base64"), tokens, issuer };
}

/** The last that became of a refresh token; undefined when it was never exchanged here. */
export function newestOf(key: string): Rotation | undefined {
  let newest: Rotation | undefined;
  // Some servers give the same token again, or an older one.
  const seen = new Set<Rotation>();
  for (let next = rotations.get(key); next !== undefined && !seen.has(next); next = rotations.get(next.grant.key)) {
    seen.add(next);
    newest = next;
  }
  return newest;
}

export function remember(key: string, rotation: Rotation): void {
  rotations.delete(key);
  rotations.set(key, rotation);
  for (const oldest of rotations.keys()) {
    if (rotations.size <= MOST_REMEMBERED) break;
    rotations.delete(oldest);
  }
}

/** The exchange of that refresh token that is under way. */
export function exchangeOf(key: string): Promise<void> | undefined {
  return exchanges.get(key);
}

/** Makes it known that a refresh token is being exchanged. */
export async function exchanging(key: string, exchange: () => Promise<void>): Promise<void> {
  const ended = exchange();
  exchanges.set(key, ended);
  try {
    await ended;
  } finally {
    exchanges.delete(key);
  }
}
