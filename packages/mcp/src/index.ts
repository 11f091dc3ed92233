/**
 * MCP client connections that any number of concurrent calls can share.
 *
 * @module
 */
export type { McpAuthProvider } from "./auth/authorizer.ts";
export { finishMcpAuthorization } from "./auth/finish-mcp-authorization.ts";
export type {
  McpCheck,
  McpCheckName,
  McpCheckVerdict,
  McpExamination,
  McpFinding,
  McpToolFacts,
} from "./doctor/examination.ts";
export { examineMcpServer, type McpExamineOptions } from "./doctor/examine-mcp-server.ts";
export {
  McpCallTimeoutError,
  McpClosedError,
  McpConnectionLostError,
  McpError,
  type McpErrorCode,
  type McpErrorKind,
  McpOpenFailedError,
  McpOverloadedError,
  McpProtocolError,
  McpSessionExpiredError,
  McpToolFailedError,
  McpUnauthorizedError,
} from "./errors.ts";
export type { McpReconnectOptions, McpResilienceOptions } from "./call-settings.ts";
export type { McpAroundCall, McpFeatureOptions, McpLogMessage, McpToolCall } from "./feature-settings.ts";
export type { HttpLimits } from "./http/pools.ts";
export type { OpenContext } from "./link.ts";
export type { McpConnection, McpConnectionStatistics } from "./mcp-connection.ts";
export type { McpCallOptions, McpHeldLease, McpLease } from "./mcp-lease.ts";
export type { McpRequestOptions } from "./mcp-requests.ts";
export { openMcpConnection } from "./open-mcp-connection.ts";
export { type McpOutcome, outcomeOf } from "./outcome.ts";
export type { ReplayRule } from "./replay.ts";
export type {
  McpCommonOptions,
  McpConnectionOptions,
  McpHttpOptions,
  McpStdioOptions,
  McpTransportOptions,
} from "./options.ts";
export type { McpProgress } from "./progress.ts";
export type { McpProtocol } from "./protocol.ts";
export type { McpServerFacts } from "./server-facts.ts";
export type { JsonSchema, ToolDefinition, ToolOutput, Toolset, ToolsetOptions } from "./toolset.ts";
