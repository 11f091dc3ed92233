/**
 * Asking a server which revision it speaks, as the first message on a transport that goes on to be used.
 *
 * @module
 */
/* oxlint-disable unicorn/prefer-add-event-listener -- a Transport has callback properties and no events */
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type DiscoverResult,
  type Implementation,
  isJSONRPCErrorResponse,
  isJSONRPCResultResponse,
  isSpecType,
  type JSONRPCMessage,
  type JSONRPCRequest,
  PROTOCOL_VERSION_META_KEY,
  ProtocolError,
  SdkHttpError,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { McpError } from "./errors.ts";
import { isNeverSent } from "./failures.ts";
import { MODERN } from "./protocol.ts";
import type { SeverableTransport } from "./severable-transport.ts";

/** What a server was found to be. */
export type Discovery =
  | { readonly kind: "gone" }
  | { readonly kind: "legacy"; readonly versions: readonly string[]; readonly isCertain: boolean }
  | { readonly kind: "modern"; readonly discover: DiscoverResult };

/** Of no request of the client, which numbers its own; the second for asking once more. */
const IDS = ["discover", "discover-again"];

/**
 * Starts the transport and sends `server/discover`. What comes of it may come late: the transport can be used meanwhile.
 *
 * A server that refuses the question, and names in the same breath the revision it was asked in, is asked once more.
 *
 * Any answer but a good one is that of a legacy server, because such servers answer what they do not know in every way
 * there is: with an error, 400, 404, 405, a page, or by ending.
 *
 * **Cancellation:** by `signal`; then it may never settle.
 *
 * @throws what says nothing of the revision: the server cannot be reached, or wants to know first who asks.
 */
export async function discover(
  transport: SeverableTransport,
  clientInfo: Implementation,
  signal: AbortSignal,
): Promise<Discovery> {
  const { promise, resolve, reject } = Promise.withResolvers<Discovery>();
  let asked = 0;
  const ask = (): void => {
    const id = IDS[asked++] as string;
    transport.send(request(id, clientInfo), { requestSignal: signal }).catch((error: unknown) => {
      if (saysNothing(error)) reject(error);
      else take(readFailure(error));
    });
  };
  const take = (found: Discovery): void => {
    if (found.kind === "legacy" && found.versions.includes(MODERN) && asked < IDS.length) ask();
    else resolve(found);
  };
  const hear = (message: JSONRPCMessage): void => {
    if (!("id" in message) || message.id !== IDS[asked - 1]) return;
    if (isJSONRPCResultResponse(message)) take(readResult(message.result));
    else if (isJSONRPCErrorResponse(message)) take(legacy(supportedIn(message.error.data)));
  };
  const end = (): void => resolve({ kind: "gone" });
  transport.onmessage = hear;
  transport.onclose = end;
  await transport.start();
  ask();
  return await promise.finally(() => {
    // The client that takes over would call what stands here for each message; one that has come meanwhile does.
    if (transport.onmessage === hear) transport.onmessage = undefined;
    if (transport.onclose === end) transport.onclose = undefined;
  });
}

function request(id: string, clientInfo: Implementation): JSONRPCRequest {
  const meta = {
    [PROTOCOL_VERSION_META_KEY]: MODERN,
    [CLIENT_INFO_META_KEY]: clientInfo,
    [CLIENT_CAPABILITIES_META_KEY]: {},
  };
  return { jsonrpc: "2.0", id, method: "server/discover", params: { _meta: meta } };
}

function readResult(result: unknown): Discovery {
  if (!isSpecType.DiscoverResult(result)) return legacy([]);
  const { supportedVersions } = result;
  return supportedVersions.includes(MODERN) ? { kind: "modern", discover: result } : legacy(supportedVersions);
}

function readFailure(error: unknown): Discovery {
  const status = error instanceof SdkHttpError ? (error.status ?? 0) : 500;
  // A server that is in trouble may speak either.
  return legacy(versionsIn(error), status !== 429 && status < 500);
}

/** The revisions that a server said it speaks when it refused another; empty where it said nothing of the kind. */
export function versionsIn(error: unknown): readonly string[] {
  if (error instanceof ProtocolError) return supportedIn(error.data);
  if (!(error instanceof SdkHttpError)) return [];
  try {
    const body = JSON.parse(String((error.data as { text?: unknown }).text)) as { error?: { data?: unknown } } | null;
    return supportedIn(body?.error?.data);
  } catch {
    return [];
  }
}

function supportedIn(data: unknown): readonly string[] {
  const supported: unknown = typeof data === "object" && data !== null && "supported" in data ? data.supported : [];
  return Array.isArray(supported) ? supported.filter((version) => typeof version === "string") : [];
}

function legacy(versions: readonly string[], isCertain = true): Discovery {
  return { kind: "legacy", versions, isCertain };
}

function saysNothing(error: unknown): boolean {
  if (error instanceof SdkHttpError) return error.status === 401 || error.status === 403;
  return error instanceof McpError || error instanceof UnauthorizedError || isNeverSent(error);
}
