/**
 * The counted lane: the turn borrows the connection around its batch of calls, and each call borrows it again. The
 * first to enter opens, the last to leave closes, and nobody asks whether they are the same.
 *
 * A reconstruction of the incident, over the same counted connection as the miniature.
 *
 * @module
 */
import { currentTask, ScopeWrongTaskError, type TaskInfo } from "@holdfast/concurrency";
import type { ToolDefinition, Toolset } from "@holdfast/mcp";
import type { Client } from "@modelcontextprotocol/client";
import { CountedConnection } from "../miniature.ts";
import { currentRun, type LaneConnection } from "./lane.ts";
import {
  callOfficialTool,
  connectionError,
  connectOfficial,
  createOfficialClient,
  createOfficialTransport,
} from "./official-client.ts";

export function createCountedLane(url: string, tools: readonly ToolDefinition[]): LaneConnection {
  const runOfTurn = new WeakMap<TaskInfo, string | undefined>();
  let client: Client | undefined;
  let closeCurrent = async (): Promise<void> => {};
  const connection = new CountedConnection({
    open: async () => {
      const opened = createOfficialClient();
      const transport = createOfficialTransport(url);
      client = opened;
      closeCurrent = async () => {
        try {
          await transport.terminateSession();
        } finally {
          await opened.close();
        }
      };
      await connectOfficial(opened, transport);
    },
    close: () => closeCurrent(),
  });

  const toolset: Toolset = {
    name: "triage",
    listTools: () => Promise.resolve(tools),
    aroundBatch: async (body) => {
      runOfTurn.set(currentTask(), currentRun());
      await using _borrowed = await connection.borrow();
      return await body();
    },
    callTool: async (name, input) => {
      await using _borrowed = await connection.borrow();
      if (client === undefined) throw connectionError(new Error("no client is open"));
      return await callOfficialTool(client, name, input);
    },
  };
  const runOf = (task: TaskInfo | undefined): string | null => (task && runOfTurn.get(task)) ?? null;
  return {
    toolset,
    partiesOf: (error) =>
      error instanceof ScopeWrongTaskError ? { opener: runOf(error.host), closer: runOf(error.task) } : undefined,
    close: async () => {
      if (connection.count > 0) await closeCurrent();
    },
  };
}
