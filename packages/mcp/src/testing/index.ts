/**
 * MCP servers with scripted faults, in the same process and over HTTP: what goes wrong in the field, on demand.
 *
 * @module
 */
export { createFaultyServer, type FaultyServer } from "./create-faulty-server.ts";
export type { FaultControl } from "./fault-control.ts";
export type { InjectedFault } from "./fault-plan.ts";
export {
  type HttpOnlyFaultName,
  type InProcessFaultName,
  type McpFaultName,
  mcpFaults,
  type McpFaultScript,
  type McpFaultTraits,
} from "./faults.ts";
export {
  type FaultyHttpServer,
  type FaultyHttpServerOptions,
  openFaultyHttpServer,
} from "./open-faulty-http-server.ts";
export type { ScriptedCall, ScriptedTool, ScriptedToolFunction, ScriptedTools } from "./scripted-tool.ts";
export type { McpExecution, McpServerCounts } from "./server-ledger.ts";
export type { FaultyServerOptions } from "./server-state.ts";
