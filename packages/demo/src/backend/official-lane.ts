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
import type { Parties } from "./failure-record.ts";
import { currentRun, type LaneConnection } from "./lane.ts";
import { callOfficialTool, connectOfficial, createOfficialClient, createOfficialTransport } from "./official-client.ts";

export function createOfficialLane(url: string, tools: readonly ToolDefinition[]): LaneConnection {
  const client = createOfficialClient();
  const opened: StreamableHTTPClientTransport[] = [];
  /** Of the transport that the client was given last. */
  let parties: Parties = { opener: null, closer: null };
  // Noted when the error is thrown: by the time its run has ended, that run has closed the connection too.
  const noted = new WeakMap<object, Parties>();
  const noting = async <T>(action: Promise<T>): Promise<T> => {
    try {
      return await action;
    } catch (error) {
      noted.set(error as Error, parties);
      throw error;
    }
  };

  const openTransport = (): StreamableHTTPClientTransport => {
    const transport = createOfficialTransport(url);
    const mine: Parties = { opener: currentRun() ?? null, closer: null };
    const close = transport.close.bind(transport);
    transport.close = () => {
      if (parties === mine) parties = { ...mine, closer: currentRun() ?? null };
      return close();
    };
    parties = mine;
    opened.push(transport);
    return transport;
  };

  const toolset: Toolset = {
    name: "triage",
    listTools: () => Promise.resolve(tools),
    callTool: (name, input) => noting(callOfficialTool(client, name, input)),
  };
  return {
    toolset,
    aroundRun: async (body) => {
      await noting(connectOfficial(client, openTransport()));
      try {
        return await body();
      } finally {
        await client.close();
        // A transport that another run has replaced stays open: closing it would close under that run as well.
      }
    },
    partiesOf: (error) => noted.get(error as object),
    close: async () => {
      await client.close();
      await Promise.all(opened.map((transport) => transport.close()));
    },
  };
}
