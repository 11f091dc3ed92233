/**
 * The tools of a connection in the shape that an agent takes them in.
 *
 * @module
 */
import type { CallToolResult, Tool } from "@modelcontextprotocol/client";

/** A JSON Schema object. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A tool as a model is told of it. */
export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  /** The schema of the arguments; its `type` is `object`. */
  readonly inputSchema: JsonSchema;
}

/** What a tool gave. */
export interface ToolOutput {
  /** The structured content, else the text, else (where there are pictures and the like) the list of content blocks. */
  readonly value: unknown;
  /** Whether the tool says that it failed. */
  readonly isError: boolean;
}

/** A source of tools. */
export interface Toolset {
  /** For errors and pictures. */
  readonly name: string;
  /** **Cancellation:** the caller's. */
  listTools(): Promise<readonly ToolDefinition[]>;
  /** **Cancellation:** the caller's. */
  callTool(name: string, input: unknown, context: { readonly toolCallId: string }): Promise<ToolOutput>;
  /** Runs around all calls of a turn. */
  aroundBatch?<T>(body: () => Promise<T>): Promise<T>;
}

/** Options of `toolset()`. */
export interface ToolsetOptions {
  /** The connection's name when absent. */
  readonly name?: string;
  /** Put before the name of each tool, to tell the tools of several servers apart. */
  readonly prefix?: string;
  /** Which tools to offer; it sees them without the prefix. All when absent. */
  readonly filter?: (tool: ToolDefinition) => boolean;
}

/** What a toolset needs of a connection. */
export interface ToolSource {
  readonly name: string;
  listTools(): Promise<readonly Tool[]>;
  callTool(
    name: string,
    args?: Readonly<Record<string, unknown>>,
    options?: { readonly toolCallId: string },
  ): Promise<CallToolResult>;
}

/** Makes a toolset of a connection. */
export function createToolset(source: ToolSource, options: ToolsetOptions = {}): Toolset {
  const { name = source.name, prefix = "" } = options;
  return {
    name,
    async listTools() {
      return offered(await source.listTools(), options).map(({ offeredAs, definition }) => ({
        ...definition,
        name: offeredAs,
      }));
    },
    async callTool(tool, input, { toolCallId }) {
      const bare = tool.startsWith(prefix) ? tool.slice(prefix.length) : undefined;
      if (bare === undefined) return { value: `there is no tool named ${JSON.stringify(tool)}`, isError: true };
      if (!isArguments(input)) return { value: "the arguments of a tool are a JSON object", isError: true };
      return toOutput(await source.callTool(bare, input, { toolCallId }));
    },
  };
}

/** The tools that the options leave, each with the name it is offered under. */
export function offered(
  tools: readonly Tool[],
  { prefix = "", filter = () => true }: ToolsetOptions,
): readonly { readonly offeredAs: string; readonly definition: ToolDefinition }[] {
  return tools.map(toDefinition).flatMap((definition) => {
    return filter(definition) ? [{ offeredAs: `${prefix}${definition.name}`, definition }] : [];
  });
}

/** What a model is to be shown of a result. */
export function toOutput({ structuredContent, content, isError = false }: CallToolResult): ToolOutput {
  if (structuredContent !== undefined) return { value: structuredContent, isError };
  const texts = content.flatMap((block) => (block.type === "text" ? [block.text] : []));
  return { value: texts.length === content.length ? texts.join("\n") : content, isError };
}

/** Whether a value can be the arguments of a tool; no value stands for none. */
export function isArguments(input: unknown): input is Readonly<Record<string, unknown>> | undefined {
  return input === undefined || (typeof input === "object" && input !== null && !Array.isArray(input));
}

function toDefinition({ name, description, inputSchema }: Tool): ToolDefinition {
  return { name, ...(description !== undefined && { description }), inputSchema };
}
