/**
 * The official client with its own transport, which has started the server.
 *
 * @module
 */
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { Meter } from "../../row.ts";
import { measureCalls, readLoad, textOf } from "../closed-loop.ts";

const load = readLoad(import.meta.url);
const client = new Client({ name: "official", version: "1.0.0" });
await client.connect(
  new StdioClientTransport({ command: process.execPath, args: [join(import.meta.dirname, "server-main.ts")] }),
);

export const operations = load.calls;

export function sample(meter: Meter): Promise<void> {
  return measureCalls(meter, load, async (text) =>
    textOf(await client.callTool({ name: "echo", arguments: { text } })),
  );
}
