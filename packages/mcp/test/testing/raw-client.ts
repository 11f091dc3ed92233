/**
 * A client that does nothing on its own, to see what a server puts on the wire.
 *
 * @module
 */
import type { FaultyHttpServer } from "../../src/testing/index.ts";

/** What came of a request that was read to its end, or to where it broke off. */
export interface RawAnswer {
  readonly status: number;
  readonly type: string | null;
  readonly headers: Headers;
  readonly body: string;
  /** Whether the body broke off. */
  readonly broke: boolean;
}

const versions = { "mcp-protocol-version": "2025-11-25" };
const accept = { accept: "application/json, text/event-stream", "content-type": "application/json" };

export class RawClient {
  readonly url: string;
  session = "";
  #id = 0;

  constructor(url: string) {
    this.url = url;
  }

  /** A client that has shaken hands. */
  static async open(server: FaultyHttpServer): Promise<RawClient> {
    const client = new RawClient(server.url);
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } };
    const answer = await client.request("initialize", params);
    client.session = answer.headers.get("mcp-session-id") ?? "";
    await client.notify("notifications/initialized");
    return client;
  }

  fetch(init: RequestInit): Promise<Response> {
    const session = this.session === "" ? {} : { "mcp-session-id": this.session };
    const headers = { ...versions, ...session, ...(init.headers as Record<string, string>) };
    return fetch(this.url, { redirect: "manual", ...init, headers });
  }

  post(message: object, signal?: AbortSignal): Promise<Response> {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    return this.fetch({ method: "POST", headers: accept, body, ...(signal && { signal }) });
  }

  async request(method: string, params: object = {}): Promise<RawAnswer> {
    return await read(await this.post({ id: ++this.#id, method, params }));
  }

  call(tool: string, args: object = {}): Promise<RawAnswer> {
    return this.request("tools/call", { name: tool, arguments: args });
  }

  /** Calls a tool, and leaves the response unread. Aborted with the signal. */
  startCall(tool: string, signal: AbortSignal): Promise<Response> {
    return this.post({ id: ++this.#id, method: "tools/call", params: { name: tool, arguments: {} } }, signal);
  }

  notify(method: string, params: object = {}): Promise<RawAnswer> {
    return this.post({ method, params }).then(read);
  }

  get(headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch({ method: "GET", headers: { accept: "text/event-stream", ...headers } });
  }

  async delete(): Promise<RawAnswer> {
    return await read(await this.fetch({ method: "DELETE" }));
  }
}

/** Reads a response as far as it goes. */
export async function read(response: Response): Promise<RawAnswer> {
  const { status, headers } = response;
  let body = "";
  let broke = false;
  try {
    for await (const chunk of response.body ?? []) body += Buffer.from(chunk as Uint8Array).toString();
  } catch {
    broke = true;
  }
  return { status, type: headers.get("content-type"), headers, body, broke };
}

/** The messages in a stream of events. */
export function messagesIn(body: string): Record<string, unknown>[] {
  return [...body.matchAll(/^data: (.+)$/gm)].map(([, data = ""]) => JSON.parse(data) as Record<string, unknown>);
}
