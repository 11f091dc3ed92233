/**
 * The tools of a faulty server: plain functions.
 *
 * @module
 */
import type { CallToolResult, RequestId, Tool } from "@modelcontextprotocol/client";
import { cancellable } from "@holdfast/concurrency";

/** What a tool is told about its call. */
export interface ScriptedCall {
  /** Aborts when the caller cancels, or the server goes. */
  readonly signal: AbortSignal;
  readonly session: string;
  readonly requestId: RequestId;
  /** 1, and one more for each restart of the server: its state does not outlive it. */
  readonly epoch: number;
}

/**
 * What a tool does. A string becomes the text of its result, any other object its structured content; what it throws
 * becomes a result that says so (`isError`).
 *
 * It runs as a root task on the server's runtime, cancelled with the call; what does not heed that is not waited for.
 */
export type ScriptedToolFunction = (
  args: Readonly<Record<string, unknown>>,
  call: ScriptedCall,
) => PromiseLike<object | string | void> | object | string | void;

/** A tool with what a list says of it. */
export interface ScriptedTool {
  readonly run: ScriptedToolFunction;
  readonly description?: string;
  /** A JSON Schema; any object when absent. */
  readonly inputSchema?: Tool["inputSchema"];
  readonly outputSchema?: Tool["outputSchema"];
  readonly annotations?: Tool["annotations"];
}

/** The tools of a server by name. */
export type ScriptedTools = Readonly<Record<string, ScriptedTool | ScriptedToolFunction>>;

/** What a server has that is given none: `echo` says its `text`, and `sum` adds `a` and `b` into structured content. */
export const defaultTools: ScriptedTools = {
  echo: ({ text }) => String(text),
  sum: {
    run: ({ a, b }) => ({ sum: Number(a) + Number(b) }),
    outputSchema: { type: "object", properties: { sum: { type: "number" } }, required: ["sum"] },
  },
};

/** A tool as a list has it. */
export function listed(name: string, tool: ScriptedTool | ScriptedToolFunction): Tool {
  const inputSchema: Tool["inputSchema"] = { type: "object" };
  if (typeof tool === "function") return { name, inputSchema };
  const { run: _run, ...described } = tool;
  return { name, inputSchema, ...described };
}

/** Runs a tool, and makes a result of what it gives or throws. Rejects when the call was cancelled. */
export async function runTool(
  tool: ScriptedTool | ScriptedToolFunction,
  args: Readonly<Record<string, unknown>>,
  call: ScriptedCall,
): Promise<CallToolResult> {
  const fn = typeof tool === "function" ? tool : tool.run;
  try {
    const given = await cancellable(Promise.try(fn, args, call));
    if (given === undefined) return { content: [] };
    if (typeof given === "string") return { content: [{ type: "text", text: given }] };
    return {
      content: [{ type: "text", text: JSON.stringify(given) }],
      structuredContent: { ...given },
    };
  } catch (error) {
    if (call.signal.aborted) throw error;
    return { content: [{ type: "text", text: error instanceof Error ? error.message : String(error) }], isError: true };
  }
}
