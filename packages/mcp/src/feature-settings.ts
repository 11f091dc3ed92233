/**
 * The options that say what is spoken with a server and what is made of what it says; and their reading.
 *
 * @module
 */
import type { CallToolResult, LoggingLevel } from "@modelcontextprotocol/client";
import { type McpProtocol, readProtocol } from "./protocol.ts";

/** A call of a tool, as `aroundCall` gets it and hands it on. */
export interface McpToolCall {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** What goes into `_meta` of the request. */
  readonly meta: Readonly<Record<string, unknown>>;
  /** The model's name for the call, where it comes from a toolset. */
  readonly toolCallId?: string;
}

/** What stands around each call of a tool; see `aroundCall`. */
export type McpAroundCall = (
  call: McpToolCall,
  next: (call?: Pick<McpToolCall, "args" | "meta">) => Promise<CallToolResult>,
) => PromiseLike<CallToolResult> | CallToolResult;

/** What a server says to its log. */
export interface McpLogMessage {
  readonly level: LoggingLevel;
  /** Which part of the server says it; absent where it does not name one. */
  readonly logger?: string;
  readonly data: unknown;
}

/** What is spoken with the server, and what is made of what it says. */
export interface McpFeatureOptions {
  /**
   * Which revision of the protocol is spoken. `"auto"`, as when absent: the server is asked, and what it said is remembered,
   * for the process, for ten minutes to an hour. `"legacy"`: the newest with sessions that both know. Or one and no other.
   */
  readonly protocol?: McpProtocol;
  /**
   * Runs around each call of a tool, in the caller's task: `next()` makes the call, with other arguments or metadata if it is
   * given some, and may be left out or called again. It runs once where a call is made once more on a new connection. The
   * time limit of the call is for what `next()` does.
   */
  readonly aroundCall?: McpAroundCall;
  /**
   * Whether results are checked against the output schema of their tool, where the tools have been listed; they are when
   * absent. One that does not fit fails its call with `MCP_PROTOCOL`.
   */
  readonly validateOutput?: boolean;
  /** Milliseconds that a list of tools is kept, where the server wants no shorter time; `null`, as when absent, for no limit. */
  readonly toolsTtl?: number | null;
  /** Given what the server says to its log, outside every task; what it throws disturbs nothing. */
  readonly onLog?: (message: McpLogMessage) => void;
  /** The least important level that the server is asked to send; when absent that is the server's to choose. */
  readonly logLevel?: LoggingLevel;
}

/** Those options as they were read. */
export interface FeatureSettings {
  readonly protocol: McpProtocol;
  readonly aroundCall: McpAroundCall | undefined;
  readonly validateOutput: boolean;
  readonly toolsTtl: number | null;
  readonly onLog: ((message: McpLogMessage) => void) | undefined;
  readonly logLevel: LoggingLevel | undefined;
}

/** The names of the options. */
export const featureNames: readonly string[] = [
  "protocol",
  "aroundCall",
  "validateOutput",
  "toolsTtl",
  "onLog",
  "logLevel",
] satisfies (keyof McpFeatureOptions)[];

const levels: readonly unknown[] = [
  "debug",
  "info",
  "notice",
  "warning",
  "error",
  "critical",
  "alert",
  "emergency",
] satisfies LoggingLevel[];

/** @throws TypeError for a revision, level or function that is none; RangeError for a time that is none. */
export function readFeatureSettings(options: McpFeatureOptions): FeatureSettings {
  const { protocol, aroundCall, validateOutput = true, toolsTtl = null, onLog, logLevel } = options;
  if (toolsTtl !== null && !(typeof toolsTtl === "number" && toolsTtl >= 0)) {
    throw new RangeError(`toolsTtl is a number of milliseconds from 0 up, and ${String(toolsTtl)} is not`);
  }
  if (aroundCall !== undefined && typeof aroundCall !== "function") throw new TypeError("aroundCall is a function");
  if (onLog !== undefined && typeof onLog !== "function") throw new TypeError("onLog is a function");
  if (logLevel !== undefined && !levels.includes(logLevel)) {
    throw new TypeError(`logLevel is one of ${levels.join(", ")}, and ${JSON.stringify(logLevel)} is none`);
  }
  return { protocol: readProtocol(protocol), aroundCall, validateOutput, toolsTtl, onLog, logLevel };
}
