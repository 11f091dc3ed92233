/**
 * One connection of ours, with the sixteen sockets that it has unless told otherwise.
 *
 * @module
 */
import { openMcpConnection } from "@holdfast/mcp";
import type { Meter } from "../../row.ts";
import { measureCalls, readLoad, textOf } from "../closed-loop.ts";
import { startServer } from "./start-server.ts";

const load = readLoad(import.meta.url);
const connection = await openMcpConnection({ url: await startServer(load.answers) });

export const operations = load.calls;

export function sample(meter: Meter): Promise<void> {
  return measureCalls(meter, load, async (text) => textOf(await connection.callTool("echo", { text })));
}
