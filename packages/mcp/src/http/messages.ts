/**
 * Messages as they come over the wire. Answers are checked here as strictly as the official client checks them, so that
 * none is passed on that it would then put aside, with the call waiting for ever; what else comes, it checks itself.
 *
 * @module
 */
import {
  isJSONRPCErrorResponse,
  isJSONRPCResultResponse,
  type JSONRPCErrorResponse,
  type JSONRPCMessage,
  type JSONRPCResultResponse,
  type RequestId,
  SdkError,
  SdkErrorCode,
} from "@modelcontextprotocol/client";

/** A message that ends a request. */
export type Answer = JSONRPCErrorResponse | JSONRPCResultResponse;

/** The messages of a text: one, or, in revision 2025-03-26 of the protocol, an array. */
export function readMessages(text: string): readonly unknown[] {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value : [value];
}

/** Whether the value is an answer, well made or not. */
export function looksLikeAnswer(value: unknown): value is { readonly id?: unknown } {
  return isObject(value) && value["method"] === undefined && ("result" in value || "error" in value);
}

/** Whether the value is an answer that the official client accepts. */
export function isAnswer(value: unknown): value is Answer {
  if (!isObject(value)) return false;
  // The usual one, by hand: the schema takes several times as long.
  const { jsonrpc, id, result } = value;
  if (jsonrpc === "2.0" && isId(id) && isObject(result) && result["_meta"] === undefined && keysOf(value) === 3) {
    return true;
  }
  return isJSONRPCResultResponse(value) || isJSONRPCErrorResponse(value);
}

/** Whether the value is a message that is no answer, as far as it matters here. */
export function isOtherMessage(value: unknown): value is JSONRPCMessage {
  return isObject(value) && value["jsonrpc"] === "2.0" && typeof value["method"] === "string";
}

/** Whether the answer is that to the request: some servers make a string of a number. */
export function answers(answer: { readonly id?: unknown }, id: RequestId): boolean {
  return answer.id === id || (typeof answer.id === "string" && answer.id === String(id));
}

/** The error for what is no MCP. */
export function notMcp(found: string): SdkError {
  return new SdkError(SdkErrorCode.ClientHttpUnexpectedContent, found);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): boolean {
  return typeof value === "string" || Number.isSafeInteger(value);
}

function keysOf(value: object): number {
  let count = 0;
  for (const _key in value) count += 1;
  return count;
}
