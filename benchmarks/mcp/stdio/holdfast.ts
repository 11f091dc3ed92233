/**
 * One connection of ours to a server that it has started.
 *
 * @module
 */
import { join } from "node:path";
import { openMcpConnection } from "@holdfast/mcp";
import type { Meter } from "../../row.ts";
import { measureCalls, readLoad, textOf } from "../closed-loop.ts";

const load = readLoad(import.meta.url);
const connection = await openMcpConnection({
  command: process.execPath,
  args: [join(import.meta.dirname, "server-main.ts")],
});

export const operations = load.calls;

export function sample(meter: Meter): Promise<void> {
  return measureCalls(meter, load, async (text) => textOf(await connection.callTool("echo", { text })));
}
