/**
 * The faults that are in how HTTP carries the messages: refusals before anything runs, and answers that get lost.
 *
 * @module
 */
import type { JSONRPCMessage } from "@modelcontextprotocol/client";
import type { McpFaultName, McpFaultScript } from "./faults.ts";
import { eventOf, half, type HttpExchange } from "./http-exchange.ts";
import type { ServerState } from "./server-state.ts";

const KEEP_ALIVE_DELAY = 10;
const PAGE = "<!doctype html><title>Sign in</title>";

const statuses: Readonly<Partial<Record<McpFaultName, number>>> = {
  "delete-refused": 405,
  "get-refused": 405,
  "http-401": 401,
  "http-429": 429,
  "http-500": 500,
  "http-502": 502,
  "http-503": 503,
  "session-forgotten": 404,
  "session-gone": 410,
  "session-refused": 400,
};

/** What the answers of a server need of it. */
export interface AnsweringServer {
  readonly state: ServerState;
  /** As which it answers where it has the choice. */
  readonly answers: "json" | "sse";
  /** Of the other origin. */
  readonly elsewhere: string;
  restart(): void;
  /** Keeps messages for a client that comes back for what followed an event, and gives the id of the event. */
  keepForResumption(messages: readonly JSONRPCMessage[]): string;
}

/** Answers in place of the server with what is no answer to the request, and says whether it did. */
export function isRefused(server: AnsweringServer, exchange: HttpExchange, script: McpFaultScript): boolean {
  const { fault, retryAfter } = script;
  const headers = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
  const status = statuses[fault];
  if (status === 404 || status === 410) server.state.endSession(exchange.header("mcp-session-id") ?? "");
  if (status !== undefined) {
    exchange.status(status, status === 401 ? { ...headers, "www-authenticate": "Bearer" } : headers);
    return true;
  }
  if (fault === "redirect-elsewhere") {
    exchange.status(307, { location: server.elsewhere });
    return true;
  }
  if (fault === "unexpected-content-type") {
    exchange.status(200, { "content-type": "text/html" }, PAGE);
    return true;
  }
  if (fault === "initialize-closes") exchange.reset();
  return fault === "initialize-closes";
}

/**
 * Answers with the messages, the last of which is the answer to the request, as the fault has it.
 *
 * **Cancellation:** leaves the response as it is.
 */
export async function respond(
  server: AnsweringServer,
  exchange: HttpExchange,
  script: McpFaultScript | undefined,
  messages: readonly JSONRPCMessage[],
): Promise<void> {
  const { fault, delay = KEEP_ALIVE_DELAY } = script ?? {};
  const { response } = exchange;
  const text = JSON.stringify(messages.at(-1));
  const events = messages.map(eventOf).join("");
  switch (fault) {
    case "hang":
    case "initialize-hang":
      return;
    case "http-500":
    case "http-502":
      isRefused(server, exchange, script as McpFaultScript);
      return;
    case "accepted-202":
    case "empty-200":
      exchange.status(fault === "empty-200" ? 200 : 202);
      return;
    case "reset-before-headers":
      exchange.reset();
      return;
    case "server-restarted":
      server.restart();
      return;
    case "truncated-json":
      exchange.json(half(text));
      return;
    case "json-reset":
      await exchange.halfOfJson(text);
      exchange.reset();
      return;
    case "stall-mid-body":
      if (server.answers === "json") await exchange.halfOfJson(text);
      else {
        exchange.beginEvents();
        await exchange.write(half(events));
      }
      return;
    case "malformed-json":
      if (server.answers === "json") exchange.json("{oops");
      else {
        exchange.beginEvents();
        response.end("event: message\ndata: {oops\n\n");
      }
      return;
    case "sse-end":
      exchange.beginEvents();
      response.end(": working\n\n");
      return;
    case "sse-reset":
      exchange.beginEvents();
      await exchange.write(": working\n\n");
      exchange.reset();
      return;
    case "sse-no-blank-line":
      exchange.beginEvents();
      response.end(events.trimEnd());
      return;
    case "sse-no-resume":
    case "sse-resumable": {
      const id = fault === "sse-resumable" ? server.keepForResumption(messages) : "0";
      exchange.beginEvents();
      response.end(`id: ${id}\nretry: 10\ndata:\n\n`);
      return;
    }
    case "sse-keep-alive-only":
      exchange.beginEvents();
      await exchange.keepAlive(delay);
      return;
    default:
      if (server.answers === "json" && messages.length === 1) exchange.json(text);
      else {
        exchange.beginEvents();
        response.end(events);
      }
  }
}
