/**
 * The faults by name: where each strikes, and whether the server has run the call by then. docs/mcp-faults.md tells what
 * each does on the wire, who has met it, and what a client should do.
 *
 * @module
 */

/** The faults that every form of the server has. */
export type InProcessFaultName =
  | "broken-output"
  | "duplicate-answer"
  | "hang"
  | "http-401"
  | "http-429"
  | "http-500"
  | "http-502"
  | "http-503"
  | "huge-answer"
  | "initialize-closes"
  | "initialize-error"
  | "initialize-hang"
  | "initialize-version"
  | "late-answer"
  | "list-changed-storm"
  | "list-changes"
  | "malformed-json"
  | "not-json-rpc"
  | "progress-flood"
  | "reset-before-headers"
  | "server-restarted"
  | "session-forgotten"
  | "session-gone"
  | "session-refused"
  | "slow-answer"
  | "sse-end"
  | "wrong-id";

/** The faults that only bytes on a socket can have. */
export type HttpOnlyFaultName =
  | "accept-then-close"
  | "accepted-202"
  | "delete-refused"
  | "empty-200"
  | "get-drops"
  | "get-hangs"
  | "get-refused"
  | "json-reset"
  | "redirect-elsewhere"
  | "sse-keep-alive-only"
  | "sse-no-blank-line"
  | "sse-no-resume"
  | "sse-reset"
  | "sse-resumable"
  | "stall-mid-body"
  | "truncated-json"
  | "unexpected-content-type";

/** The name of a fault. */
export type McpFaultName = HttpOnlyFaultName | InProcessFaultName;

/** What is fixed about a fault. */
export interface McpFaultTraits {
  /** What it strikes when a script does not say: a method, `GET` or `DELETE` of HTTP, or a `connection` that is made. */
  readonly on: string;
  /** Whether the server runs the request that is struck, so that its effect is there though the answer is not. */
  readonly runs: boolean;
  /** Whether only a server over HTTP has it. */
  readonly httpOnly?: true;
}

/** When a fault strikes. */
export interface McpFaultScript<Name extends McpFaultName = McpFaultName> {
  readonly fault: Name;
  /**
   * What it strikes: a method such as `tools/list`, `GET` or `DELETE` of HTTP, or `connection`. The fault's own place
   * when absent, which for most is `tools/call`.
   */
  readonly on?: string;
  /** Strikes calls of this tool only. */
  readonly tool?: string;
  /** Lets so many requests that it would strike pass first: 1 strikes the second. 0 when absent. */
  readonly after?: number;
  /** How often it strikes; `Infinity` for always. 1 when absent. */
  readonly times?: number;
  /** Milliseconds, for `slow-answer` and between the comments of `sse-keep-alive-only`; 1000 and 10 when absent. */
  readonly delay?: number;
  /** Seconds, for the header Retry-After of the faults that are an HTTP status; no header when absent. */
  readonly retryAfter?: number;
  /** How many messages a storm or flood has; 100 when absent. */
  readonly count?: number;
  /** How many characters a huge answer has; 8 388 608 when absent. */
  readonly size?: number;
}

const httpOnly = true;
const refusedCall: McpFaultTraits = { on: "tools/call", runs: false };
const lostAnswer: McpFaultTraits = { on: "tools/call", runs: true };
const handshake: McpFaultTraits = { on: "initialize", runs: false };

/** Every fault, by name. */
export const mcpFaults: Readonly<Record<McpFaultName, McpFaultTraits>> = {
  "accept-then-close": { on: "connection", runs: false, httpOnly },
  "accepted-202": { ...lostAnswer, httpOnly },
  "broken-output": lostAnswer,
  "delete-refused": { on: "DELETE", runs: false, httpOnly },
  "duplicate-answer": lostAnswer,
  "empty-200": { ...lostAnswer, httpOnly },
  "get-drops": { on: "GET", runs: false, httpOnly },
  "get-hangs": { on: "GET", runs: false, httpOnly },
  "get-refused": { on: "GET", runs: false, httpOnly },
  hang: lostAnswer,
  "http-401": refusedCall,
  "http-429": refusedCall,
  // A server that fails may have failed after it acted, and a gateway knows nothing of what happened behind it.
  "http-500": lostAnswer,
  "http-502": lostAnswer,
  "http-503": refusedCall,
  "huge-answer": lostAnswer,
  "initialize-closes": handshake,
  "initialize-error": handshake,
  "initialize-hang": handshake,
  "initialize-version": handshake,
  "json-reset": { ...lostAnswer, httpOnly },
  "late-answer": lostAnswer,
  "list-changed-storm": lostAnswer,
  "list-changes": { on: "tools/list", runs: true },
  "malformed-json": lostAnswer,
  "not-json-rpc": lostAnswer,
  "progress-flood": lostAnswer,
  "redirect-elsewhere": { ...refusedCall, httpOnly },
  "reset-before-headers": lostAnswer,
  "server-restarted": lostAnswer,
  "session-forgotten": refusedCall,
  "session-gone": refusedCall,
  "session-refused": refusedCall,
  "slow-answer": lostAnswer,
  "sse-end": lostAnswer,
  "sse-keep-alive-only": { ...lostAnswer, httpOnly },
  "sse-no-blank-line": { ...lostAnswer, httpOnly },
  "sse-no-resume": { ...lostAnswer, httpOnly },
  "sse-reset": { ...lostAnswer, httpOnly },
  "sse-resumable": { ...lostAnswer, httpOnly },
  "stall-mid-body": { ...lostAnswer, httpOnly },
  "truncated-json": { ...lostAnswer, httpOnly },
  "unexpected-content-type": { ...refusedCall, httpOnly },
  "wrong-id": lostAnswer,
};
