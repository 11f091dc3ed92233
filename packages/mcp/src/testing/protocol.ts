/**
 * What a server answers when nothing strikes.
 *
 * @module
 */
import {
  type JSONRPCMessage,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type JSONRPCResponse,
  PROTOCOL_VERSION_META_KEY,
  SUBSCRIPTION_ID_META_KEY,
} from "@modelcontextprotocol/client";
import { listed, runTool } from "./scripted-tool.ts";
import { MODERN_VERSION, type ScriptedSession, type ServerState } from "./server-state.ts";

const METHOD_NOT_FOUND = -32_601;
const INVALID_PARAMS = -32_602;

const serverInfo = { name: "faulty", version: "1.0.0" };
const capabilities = { tools: { listChanged: true } };

/** Whether a message is a request. */
export function isRequest(message: JSONRPCMessage): message is JSONRPCRequest {
  return "method" in message && "id" in message;
}

/** Whether a request is of the revision without sessions, which names its version in each. */
export function isModernRequest({ params }: JSONRPCRequest | JSONRPCNotification): boolean {
  const version = params?._meta?.[PROTOCOL_VERSION_META_KEY];
  return typeof version === "string" && version >= MODERN_VERSION;
}

/** The tool that a request calls. */
export function toolOf({ method, params }: JSONRPCRequest): string | undefined {
  return method === "tools/call" ? String(params?.["name"]) : undefined;
}

/** Runs a request and gives its answer. Rejects when it is cancelled. */
export async function answerOf(
  state: ServerState,
  session: ScriptedSession,
  request: JSONRPCRequest,
  signal: AbortSignal,
): Promise<JSONRPCResponse> {
  const { method } = request;
  if (method === "initialize") return success(request, initialized(state, request));
  if (method === "ping") return success(request, {});
  if (method === "tools/list") {
    const tools = Object.entries(state.tools).map(([name, tool]) => listed(name, tool));
    return success(request, { tools, ...caching(request) });
  }
  if (method === "tools/call") return await called(state, session, request, signal);
  if (method === "server/discover" && state.isModern) {
    return success(request, { supportedVersions: state.versions, capabilities, serverInfo, ...caching(request) });
  }
  return refusal(request, METHOD_NOT_FOUND, `there is no method ${JSON.stringify(method)}`);
}

/** An answer with a result, with what the revision without sessions wants in it. */
function success(request: JSONRPCRequest, result: object): JSONRPCResponse {
  const complete = isModernRequest(request) ? { resultType: "complete", ...result } : { ...result };
  return { jsonrpc: "2.0", id: request.id, result: complete };
}

/** An answer with an error. */
export function refusal({ id }: JSONRPCRequest, code: number, message: string): JSONRPCResponse {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

/** What a `subscriptions/listen` begins with. */
export function acknowledgement({ id, params }: JSONRPCRequest): JSONRPCNotification {
  const _meta = { [SUBSCRIPTION_ID_META_KEY]: id };
  const notifications = params?.["notifications"] ?? {};
  return { jsonrpc: "2.0", method: "notifications/subscriptions/acknowledged", params: { _meta, notifications } };
}

function initialized(state: ServerState, { params }: JSONRPCRequest): object {
  const { legacyVersions } = state;
  const asked = legacyVersions.find((version) => version === params?.["protocolVersion"]);
  return { protocolVersion: asked ?? legacyVersions[0] ?? MODERN_VERSION, capabilities, serverInfo };
}

function caching(request: JSONRPCRequest): object {
  return isModernRequest(request) ? { ttlMs: 0, cacheScope: "private" } : {};
}

async function called(
  state: ServerState,
  session: ScriptedSession,
  request: JSONRPCRequest,
  signal: AbortSignal,
): Promise<JSONRPCResponse> {
  const name = toolOf(request) ?? "";
  const args = (request.params?.["arguments"] ?? {}) as Readonly<Record<string, unknown>>;
  const tool = Object.hasOwn(state.tools, name) ? state.tools[name] : undefined;
  if (tool === undefined) return refusal(request, INVALID_PARAMS, `there is no tool ${JSON.stringify(name)}`);
  const call = { session: session.id, requestId: request.id };
  state.ledger.executed({ tool: name, args, ...call });
  return success(request, await runTool(tool, args, { ...call, signal, epoch: state.epoch }));
}
