/**
 * The official client over its transport within a process.
 *
 * @module
 */
import { Client } from "@modelcontextprotocol/client";
import type { Meter } from "../../row.ts";
import { measureCalls, readLoad, textOf } from "../closed-loop.ts";
import { serveEcho } from "./serve-echo.ts";

const load = readLoad(import.meta.url);
const client = new Client({ name: "official", version: "1.0.0" });
await client.connect(await serveEcho());

export const operations = load.calls;

export function sample(meter: Meter): Promise<void> {
  return measureCalls(meter, load, async (text) =>
    textOf(await client.callTool({ name: "echo", arguments: { text } })),
  );
}
