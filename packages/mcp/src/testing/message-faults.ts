/**
 * The faults that are in the messages themselves, whatever carries them: when the answer comes, and which messages come
 * with it or in its place.
 *
 * @module
 */
import {
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type JSONRPCResponse,
} from "@modelcontextprotocol/client";
import { Event, sleep } from "@holdfast/concurrency";
import type { McpFaultScript } from "./faults.ts";
import { answerOf, refusal } from "./protocol.ts";
import { type InFlight, type ScriptedSession, type ServerState, toolsChanged } from "./server-state.ts";

/** A request with what is known of it. */
export interface Incoming {
  readonly request: JSONRPCRequest;
  readonly session: ScriptedSession;
  /** Its fault, where one strikes. */
  readonly script: McpFaultScript | undefined;
  readonly entry: InFlight;
  /** Set when nobody can be answered any more. */
  readonly gone: Event;
}

const DELAY = 1_000;
const COUNT = 100;
const SIZE = 8_388_608;

/** How a request is held while it is answered. */
export function inFlight(script: McpFaultScript | undefined): InFlight {
  return {
    cancelled: new Event("the cancellation of a call"),
    controller: new AbortController(),
    outlivesCancel: script?.fault === "late-answer",
  };
}

/** What the server does when the client cancels a request: it stops, unless it is to answer all the same. */
export function cancel({ cancelled, controller, outlivesCancel }: InFlight): void {
  cancelled.set();
  if (!outlivesCancel) controller.abort("the client has cancelled the request");
}

/**
 * Runs a request, where its fault lets it run, and gives the messages to send, the last of which is the answer if there
 * is one.
 *
 * **Cancellation:** of the request.
 */
export async function messagesOf(state: ServerState, incoming: Incoming): Promise<readonly JSONRPCMessage[]> {
  const { request, session, script, entry, gone } = incoming;
  const { fault, delay = DELAY } = script ?? {};
  if (fault === "slow-answer") await sleep(delay);
  const answer = await answerOf(state, session, request, entry.controller.signal);
  if (fault === "hang" || fault === "initialize-hang") {
    await gone.wait();
    return [];
  }
  if (fault === "late-answer") await entry.cancelled.wait();
  return script === undefined ? [answer] : struck(state, incoming, script, answer);
}

function struck(
  state: ServerState,
  { request, session }: Incoming,
  { fault, count = COUNT, size = SIZE }: McpFaultScript,
  answer: JSONRPCResponse,
): readonly JSONRPCMessage[] {
  const repeated = (message: (index: number) => JSONRPCMessage): JSONRPCMessage[] =>
    Array.from({ length: count }, (_, index) => message(index));
  switch (fault) {
    case "wrong-id":
      return [{ ...answer, id: `not-${String(request.id)}` }];
    case "duplicate-answer":
      return [answer, answer];
    case "not-json-rpc":
      return [{} as JSONRPCMessage];
    case "initialize-error":
      return [refusal(request, -32_603, "the server could not be initialized")];
    case "initialize-version":
      return [withResult(answer, { protocolVersion: "1999-12-31" })];
    case "broken-output":
      return [withResult(answer, { structuredContent: { "not in the schema": true } })];
    case "huge-answer":
      return [withResult(answer, { content: [{ type: "text", text: "x".repeat(size) }] })];
    case "list-changes": {
      state.listsChanged += 1;
      const tools = [{ name: `tool-${state.listsChanged}`, inputSchema: { type: "object" } }];
      return [withResult(answer, { tools })];
    }
    case "list-changed-storm":
      return [...repeated(() => toolsChanged).filter(() => !state.announceChange([session])), answer];
    case "progress-flood": {
      const progressToken = request.params?._meta?.progressToken ?? request.id;
      const method = "notifications/progress";
      return [
        ...repeated((progress) => ({ jsonrpc: "2.0", method, params: { progressToken, progress, total: count } })),
        answer,
      ];
    }
    default:
      return [answer];
  }
}

function withResult(answer: JSONRPCResponse, part: object): JSONRPCResponse {
  return isJSONRPCResultResponse(answer) ? { ...answer, result: { ...answer.result, ...part } } : answer;
}
