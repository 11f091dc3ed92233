/**
 * What can be had at all: JSON-RPC written by hand over 64 sockets of undici. No client, no schemas, no time limits; an
 * answer is whatever the body says.
 *
 * @module
 */
import type { CallToolResult } from "@modelcontextprotocol/client";
import { Pool } from "undici";
import type { Meter } from "../../row.ts";
import { measureCalls, readLoad, textOf } from "../closed-loop.ts";
import { startServer } from "./start-server.ts";

interface Answer {
  readonly result: CallToolResult;
}

const load = readLoad(import.meta.url);
const { origin, pathname: path } = new URL(await startServer(load.answers));
const pool = new Pool(origin, { connections: 64 });
const shared = { "content-type": "application/json", accept: "application/json, text/event-stream" };

const clientInfo = { name: "bare", version: "1.0.0" };
const handshake = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
const opened = await send({ id: 0, method: "initialize", params: handshake }, shared);
await opened.body.json();
const headers = {
  ...shared,
  "mcp-session-id": String(opened.headers["mcp-session-id"]),
  "mcp-protocol-version": handshake.protocolVersion,
};
const accepted = await send({ method: "notifications/initialized" }, headers);
await accepted.body.dump();
let lastId = 0;

export const operations = load.calls;

export function sample(meter: Meter): Promise<void> {
  return measureCalls(meter, load, async (text) => {
    const params = { name: "echo", arguments: { text } };
    const { body } = await send({ id: ++lastId, method: "tools/call", params }, headers);
    return textOf(((await body.json()) as Answer).result);
  });
}

function send(message: object, sent: Record<string, string>): ReturnType<Pool["request"]> {
  return pool.request({ method: "POST", path, headers: sent, body: JSON.stringify({ jsonrpc: "2.0", ...message }) });
}
