/**
 * The owned lane: one Holdfast connection, opened and closed by its owner task; runs and calls only borrow.
 *
 * @module
 */
import { openMcpConnection } from "@holdfast/mcp";
import type { LaneConnection } from "./lane.ts";

/** @throws {@link McpOpenFailedError} when the server is not there or is no MCP server. */
export async function createOwnedLane(url: string): Promise<LaneConnection> {
  const connection = await openMcpConnection({ url, name: `the triage server at ${url}` });
  return { toolset: connection.toolset({ name: "triage" }), close: () => connection.close() };
}
