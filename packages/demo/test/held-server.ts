/**
 * An MCP server over Streamable HTTP whose tool calls wait until the test lets them go, so that a test decides which
 * run leaves first.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { vi } from "vitest";

const tools = ["search_logs", "query_metrics", "list_deploys", "recent_incidents", "who_owns"];

interface Rpc {
  readonly id?: number | string;
  readonly method: string;
  readonly params: {
    readonly protocolVersion?: string;
    readonly arguments?: { readonly service: string };
  };
}

export interface HeldServer extends AsyncDisposable {
  readonly url: string;
  /** Sessions opened, and sessions that were ended by their client. */
  readonly sessions: { opened: number; ended: number };
  /** Calls about a service that have come and wait; a call whose client has gone waits no more. */
  waiting(service: string): number;
  /** Resolves when that many calls about the service wait. */
  reaches(service: string, calls: number): Promise<void>;
  /** Answers the calls about a service, those that wait and those to come. */
  release(service: string): void;
}

export async function openHeldServer(): Promise<HeldServer> {
  const held = new Map<string, Set<() => void>>();
  const released = new Set<string>();
  const sessions = { opened: 0, ended: 0 };

  const hold = (service: string, response: ServerResponse, answer: () => void): void => {
    if (released.has(service)) return answer();
    const calls = held.get(service) ?? new Set();
    held.set(service, calls.add(answer));
    response.once("close", () => calls.delete(answer));
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === "DELETE") sessions.ended += 1;
    if (request.method !== "POST") return void response.writeHead(request.method === "DELETE" ? 200 : 405).end();
    const { id, method, params } = JSON.parse(await text(request)) as Rpc;
    if (id === undefined) return void response.writeHead(202).end();
    const answer = (result: object, headers = {}): void => {
      response.writeHead(200, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify({ jsonrpc: "2.0", id, result }));
    };
    if (method === "initialize") {
      sessions.opened += 1;
      const { protocolVersion } = params;
      const serverInfo = { name: "held", version: "1" };
      return answer({ protocolVersion, capabilities: { tools: {} }, serverInfo }, { "mcp-session-id": randomUUID() });
    }
    if (method === "tools/list") {
      return answer({ tools: tools.map((name) => ({ name, inputSchema: { type: "object" } })) });
    }
    hold(params.arguments?.service ?? "", response, () => answer({ content: [{ type: "text", text: "quiet" }] }));
  };

  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const waiting = (service: string): number => held.get(service)?.size ?? 0;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    sessions,
    waiting,
    reaches: async (service, calls) => {
      await vi.waitUntil(() => waiting(service) === calls, { interval: 5, timeout: 5_000 });
    },
    release: (service) => {
      released.add(service);
      for (const answer of held.get(service) ?? []) answer();
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
