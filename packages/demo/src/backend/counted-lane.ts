/**
 * The counted lane: the turn borrows the connection around its batch of calls, and each call borrows it again. The
 * first to enter opens, the last to leave closes, and nobody asks whether they are the same.
 *
 * A reconstruction of the incident, over the same counted connection as the miniature.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { currentTask } from "@holdfast/concurrency";
import type { ToolDefinition, Toolset } from "@holdfast/mcp";
import type { Client } from "@modelcontextprotocol/client";
import { CountedConnection } from "../miniature.ts";
import type { LaneConnection } from "./lane.ts";
import { callOfficialTool, connectionError, createOfficialClient, createOfficialTransport } from "./official-client.ts";

/** Turns whose run is remembered, so that a record can name the opener when it has long gone. */
const turnsRemembered = 1_000;

export function createCountedLane(url: string, tools: readonly ToolDefinition[]): LaneConnection {
  const runName = new AsyncLocalStorage<string>();
  const runOfTurn = new Map<number, string>();
  let client: Client | undefined;
  let closeCurrent = async (): Promise<void> => {};
  const connection = new CountedConnection({
    open: async () => {
      const opened = createOfficialClient();
      const transport = createOfficialTransport(url);
      client = opened;
      closeCurrent = async () => {
        await transport.terminateSession();
        await opened.close();
      };
      await opened.connect(transport);
    },
    close: () => closeCurrent(),
  });

  const toolset: Toolset = {
    name: "triage",
    listTools: () => Promise.resolve(tools),
    aroundBatch: async (body) => {
      remember(runOfTurn, currentTask().id, runName.getStore() ?? "run");
      await using _borrowed = await connection.borrow();
      return await body();
    },
    callTool: async (name, input) => {
      await using _borrowed = await connection.borrow();
      if (client === undefined) throw connectionError(new Error("no client is open"));
      return await callOfficialTool(client, name, input);
    },
  };
  return {
    toolset,
    aroundRun: (run, body) => runName.run(run, body),
    runOfTask: (id) => runOfTurn.get(id),
    close: async () => {
      if (connection.count > 0) await closeCurrent();
    },
  };
}

function remember(names: Map<number, string>, id: number, name: string): void {
  names.set(id, name);
  const [oldest] = names.keys();
  if (names.size > turnsRemembered && oldest !== undefined) names.delete(oldest);
}
