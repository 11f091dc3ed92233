/**
 * An agent loop whose parallel tool calls are child tasks of their turn.
 *
 * @module
 */
export type { JsonSchema, ToolDefinition, ToolOutput, Toolset } from "@holdfast/mcp";
export { type Agent, type AgentOptions, type AgentResult, type AgentRunOptions, createAgent } from "./agent.ts";
export {
  type AgentErrorCode,
  IncompleteFinishError,
  type InputIssue,
  ModelCallError,
  ScriptError,
  ToolConnectionError,
  ToolInputError,
  ToolNameClashError,
  TurnLimitError,
} from "./errors.ts";
export type { Prompt } from "./messages.ts";
export type { CallEvent, CallOutcome, CallReport, RunObserver, RunReport, TurnReport } from "./report.ts";
export { type Script, type ScriptedModelOptions, type ScriptedTurn, scriptedModel } from "./scripted-model.ts";
export { type Tool, type ToolContext, tool, type ToolOptions } from "./tool.ts";
export type { Usage } from "./usage.ts";
