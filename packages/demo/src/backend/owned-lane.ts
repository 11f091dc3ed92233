/**
 * The owned lane: one Holdfast connection, opened and closed by its owner task; runs and calls only borrow.
 *
 * @module
 */
import { openMcpConnection } from "@holdfast/mcp";
import type { LaneConnection } from "./lane.ts";

export async function createOwnedLane(url: string): Promise<LaneConnection> {
  const connection = await openMcpConnection({ url, name: "triage" });
  return { toolset: connection.toolset(), close: () => connection.close() };
}
