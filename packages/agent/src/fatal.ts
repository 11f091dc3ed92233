/**
 * The rule that decides whether a failed tool call is the model's business or the run's.
 *
 * @module
 */
import { type ConcurrencyErrorCode, leafErrors } from "@holdfast/concurrency";
import type { McpErrorCode } from "@holdfast/mcp";
import type { AgentErrorCode } from "./errors.ts";

/**
 * A misused or cancelled task is never the tool's own doing, so the codes of concurrency are fatal, except a time limit,
 * which is an answer about the tool, and the wrappers, which are as fatal as what is in them. Spelled out, so that a
 * new code does not compile until it has been decided.
 */
const concurrency: Readonly<Record<ConcurrencyErrorCode, boolean>> = {
  END_OF_STREAM: false, // how reading a channel to its end looks
  EXCEPTION_GROUP: false, // its leaves are judged
  INTERNAL: true,
  NODE_UNSUPPORTED: true,
  NO_TASK: true,
  OWNER_CONTRACT: true,
  RESOURCE_ALREADY_HELD: true,
  RESOURCE_BROKEN: true,
  RESOURCE_BUSY: true,
  RESOURCE_CLOSED: true,
  RESOURCE_NOT_HELD: true,
  RESOURCE_WOULD_BLOCK: false, // an answer about the moment
  RUNTIME_DEADLOCK: true,
  RUNTIME_LEAK: true,
  RUNTIME_MISMATCH: true,
  SCOPE_NOT_ACTIVE: true,
  SCOPE_NOT_CURRENT: true,
  SCOPE_NOT_ENTERED: true,
  SCOPE_TIMEOUT: false,
  SCOPE_USED: true,
  SCOPE_WRONG_TASK: true,
  TASK_CANCELLED: true,
  TASK_FAILED: false, // its cause is judged
  TASK_FINISHED: true,
  TASK_GROUP_CLOSED: true,
  TASK_NOT_FINISHED: true,
  TASK_NOT_STARTED: true,
  TASK_STARTED: true,
  TASK_WAS_CANCELLED: true,
  VARIABLE_UNSET: true,
};

/** A connection that is gone, or never came to be, is. A call that timed out, found no place or broke the protocol says less. */
const mcp: Readonly<Record<McpErrorCode, boolean>> = {
  MCP_CALL_TIMEOUT: false,
  MCP_CLOSED: true,
  MCP_CONNECTION_LOST: true,
  MCP_OPEN_FAILED: true,
  MCP_OVERLOADED: false,
  MCP_PROTOCOL: false,
  MCP_SESSION_EXPIRED: true,
  MCP_TOOL_FAILED: false,
  MCP_UNAUTHORIZED: true,
};

/** Of an agent's own errors, which may come from one that serves as a tool, only the word of a custom toolset is. */
const agent: AgentErrorCode = "AGENT_TOOL_CONNECTION";

const fatalCodes: ReadonlySet<unknown> = new Set([
  ...Object.entries({ ...concurrency, ...mcp }).flatMap(([code, fatal]) => (fatal ? [code] : [])),
  agent,
]);

/**
 * Whether an error of a tool fails the run: a cancellation, a misuse of tasks and scopes, or a connection that is gone,
 * be it the error itself, a leaf of a group, or the cause of a failed task. Every other error is the tool's own and
 * becomes a result for the model.
 *
 * Errors are recognised by code, so that the rule holds for a toolset that was installed with a copy of its own of the
 * packages below.
 */
export function isFatal(error: unknown): boolean {
  return leafErrors(error).some((leaf) => {
    if (!(leaf instanceof Error)) return false;
    const { code, cause } = leaf as { code?: unknown; cause?: unknown };
    return code === "TASK_FAILED" ? isFatal(cause) : fatalCodes.has(code);
  });
}
