/**
 * One connection of ours over the official transport within a process.
 *
 * @module
 */
import { openMcpConnection } from "@holdfast/mcp";
import type { Meter } from "../../row.ts";
import { measureCalls, readLoad, textOf } from "../closed-loop.ts";
import { serveEcho } from "./serve-echo.ts";

const load = readLoad(import.meta.url);
const connection = await openMcpConnection({ open: serveEcho });

export const operations = load.calls;

export function sample(meter: Meter): Promise<void> {
  return measureCalls(meter, load, async (text) => textOf(await connection.callTool("echo", { text })));
}
