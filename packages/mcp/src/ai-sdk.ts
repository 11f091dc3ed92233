/**
 * The tools of a connection for the AI SDK's `generateText` and `streamText`.
 *
 * @module
 */
import type { CallToolResult, ContentBlock, Tool } from "@modelcontextprotocol/client";
import { dynamicTool, type JSONSchema7, jsonSchema, type JSONValue, type ToolResultPart, type ToolSet } from "ai";
import { McpToolFailedError } from "./errors.ts";
import type { McpCallOptions } from "./mcp-lease.ts";
import { isArguments, offered, toOutput, type ToolsetOptions } from "./toolset.ts";

/** Options of {@link aiSdkTools}. */
export type AiSdkToolsOptions = Omit<ToolsetOptions, "name">;

/** What {@link aiSdkTools} needs of a connection. */
export interface AiSdkToolSource {
  listTools(): Promise<readonly Tool[]>;
  callTool(name: string, args?: Readonly<Record<string, unknown>>, options?: McpCallOptions): Promise<CallToolResult>;
}

type ModelOutput = ToolResultPart["output"];
type ModelContent = Extract<ModelOutput, { type: "content" }>["value"][number];

/**
 * Lists the tools of a connection as a `ToolSet`. All calls of a step go over the one connection, side by side.
 *
 * A tool's output is the whole result of the call; the model is shown its structured content, its text, or its content
 * with pictures and sound as files. A tool that says it failed throws {@link McpToolFailedError}, which the AI SDK
 * shows to the model as the tool's error and records as `tool-error`; so it does with the errors of the connection.
 *
 * **Cancellation:** a call is cancelled with the `abortSignal` of the run, and with the scope that the run is in. To the
 * AI SDK a cancelled call is one that failed, and the run goes on. So that it ends with its scope, give it the scope's
 * signal: `withSignal((abortSignal) => generateText({ abortSignal, ... }))`.
 *
 * @throws as `connection.listTools()`.
 */
export async function aiSdkTools(connection: AiSdkToolSource, options: AiSdkToolsOptions = {}): Promise<ToolSet> {
  const tools: ToolSet = {};
  for (const { offeredAs, definition } of offered(await connection.listTools(), options)) {
    const { name, description, inputSchema } = definition;
    tools[offeredAs] = dynamicTool({
      ...(description !== undefined && { description }),
      inputSchema: jsonSchema(inputSchema as JSONSchema7),
      execute: (input, { abortSignal, toolCallId }) =>
        execute(connection, name, input, { toolCallId, signal: abortSignal }),
      toModelOutput: ({ output }) => toModelOutput(output as CallToolResult),
    });
  }
  return tools;
}

async function execute(
  connection: AiSdkToolSource,
  name: string,
  input: unknown,
  { toolCallId, signal }: { readonly toolCallId: string; readonly signal: AbortSignal | undefined },
): Promise<CallToolResult> {
  if (!isArguments(input)) throw new TypeError(`the arguments of tool ${JSON.stringify(name)} must be a JSON object`);
  const result = await connection.callTool(name, input, { toolCallId, ...(signal && { signal }) });
  if (result.isError !== true) return result;
  const { value } = toOutput(result);
  throw new McpToolFailedError(name, typeof value === "string" ? value : JSON.stringify(value), result);
}

function toModelOutput(result: CallToolResult): ModelOutput {
  const { value } = toOutput(result);
  if (typeof value === "string") return { type: "text", value };
  if (result.structuredContent === undefined) return { type: "content", value: result.content.map(toModelContent) };
  return { type: "json", value: value as JSONValue };
}

function toModelContent(block: ContentBlock): ModelContent {
  if (block.type === "text") return { type: "text", text: block.text };
  if (block.type === "image" || block.type === "audio") {
    return { type: "file", mediaType: block.mimeType, data: { type: "data", data: block.data } };
  }
  return { type: "text", text: JSON.stringify(block) };
}
