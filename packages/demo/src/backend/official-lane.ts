/**
 * The official lane: one stock client that all runs share, each of which connects it and closes it, as examples do
 * where one run has the client to itself.
 *
 * With two runs at once the second `connect()` replaces the transport of the first, and whoever closes first closes
 * under the other: no error is thrown at the culprit.
 *
 * @module
 */
import type { ToolDefinition, Toolset } from "@holdfast/mcp";
import type { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { LaneConnection, Parties } from "./lane.ts";
import { callOfficialTool, connectionError, createOfficialClient, createOfficialTransport } from "./official-client.ts";

export function createOfficialLane(url: string, tools: readonly ToolDefinition[]): LaneConnection {
  const client = createOfficialClient();
  const opened: StreamableHTTPClientTransport[] = [];
  let parties: Parties = { opener: null, closer: null };

  const toolset: Toolset = {
    name: "triage",
    listTools: () => Promise.resolve(tools),
    callTool: (name, input) => callOfficialTool(client, name, input),
  };
  return {
    toolset,
    aroundRun: async (run, body) => {
      const transport = createOfficialTransport(url);
      opened.push(transport);
      try {
        await client.connect(transport);
      } catch (error) {
        throw connectionError(error);
      }
      parties = { ...parties, opener: run };
      try {
        return await body();
      } finally {
        parties = { ...parties, closer: run };
        await client.close();
        // A transport that another run has replaced stays open: closing it would close under that run as well.
      }
    },
    parties: () => parties,
    close: async () => {
      await client.close();
      await Promise.all(opened.map((transport) => transport.close()));
    },
  };
}
