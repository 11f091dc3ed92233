/**
 * MCP client connections that any number of concurrent calls can share.
 *
 * @module
 */
export {
  McpCallTimeoutError,
  McpClosedError,
  McpConnectionLostError,
  McpError,
  type McpErrorCode,
  type McpErrorKind,
  McpOpenFailedError,
  McpProtocolError,
  McpSessionExpiredError,
  McpToolFailedError,
} from "./errors.ts";
export type { HttpLimits } from "./http/pools.ts";
export type { OpenContext } from "./link.ts";
export type { McpConnection, McpConnectionStatistics } from "./mcp-connection.ts";
export type { McpCallOptions, McpLease } from "./mcp-lease.ts";
export { openMcpConnection } from "./open-mcp-connection.ts";
export type {
  McpCommonOptions,
  McpConnectionOptions,
  McpHttpOptions,
  McpStdioOptions,
  McpTransportOptions,
} from "./options.ts";
export type { JsonSchema, ToolDefinition, ToolOutput, Toolset, ToolsetOptions } from "./toolset.ts";
