/**
 * The official client with its own transport, which reaches the server by `fetch`.
 *
 * @module
 */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Meter } from "../../row.ts";
import { measureCalls, readLoad, textOf } from "../closed-loop.ts";
import { startServer } from "./start-server.ts";

const load = readLoad(import.meta.url);
const client = new Client({ name: "official", version: "1.0.0" });
await client.connect(new StreamableHTTPClientTransport(new URL(await startServer(load.answers))));

export const operations = load.calls;

export function sample(meter: Meter): Promise<void> {
  return measureCalls(meter, load, async (text) =>
    textOf(await client.callTool({ name: "echo", arguments: { text } })),
  );
}
