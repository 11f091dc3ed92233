/**
 * The catalogue of a run: every tool that the model may call, whatever it comes from, by name.
 *
 * @module
 */
import type { LanguageModelV4FunctionTool } from "@ai-sdk/provider";
import type { ToolDefinition, ToolOutput, Toolset } from "@holdfast/mcp";
import { ToolNameClashError } from "./errors.ts";
import type { Tool, ToolContext } from "./tool.ts";

/** A tool, and the way to call it. */
export interface CatalogueEntry {
  readonly definition: ToolDefinition;
  /** Absent for a tool of the agent's own. */
  readonly toolset?: Toolset;
  /** Absent for the limit of the agent. */
  readonly timeout?: number | null;
  call(input: unknown, context: ToolContext): Promise<ToolOutput>;
}

/** The tools of a run; immutable. */
export class Catalogue {
  readonly #entries: ReadonlyMap<string, CatalogueEntry>;
  /** What the model is told. */
  readonly definitions: LanguageModelV4FunctionTool[];

  private constructor(entries: ReadonlyMap<string, CatalogueEntry>) {
    this.#entries = entries;
    this.definitions = [...entries.values()].map(({ definition }) => functionTool(definition));
  }

  /** @throws {@link TypeError} when two tools have one name. */
  static of(tools: readonly Tool[]): Catalogue {
    const entries = new Map<string, CatalogueEntry>();
    for (const [index, tool] of tools.entries()) {
      const first = tools.findIndex(({ name }) => name === tool.name);
      if (first < index) throw new TypeError(`tools[${first}] and tools[${index}] are both named "${tool.name}"`);
      entries.set(tool.name, ownEntry(tool));
    }
    return new Catalogue(entries);
  }

  /** The same and what toolsets offer. @throws {@link ToolNameClashError} when a name is taken. */
  with(listings: readonly (readonly [Toolset, readonly ToolDefinition[]])[]): Catalogue {
    const entries = new Map(this.#entries);
    for (const [toolset, definitions] of listings) {
      for (const definition of definitions) {
        const taken = entries.get(definition.name);
        if (taken !== undefined) throw new ToolNameClashError(definition.name, homeOf(taken.toolset), homeOf(toolset));
        entries.set(definition.name, toolsetEntry(toolset, definition));
      }
    }
    return new Catalogue(entries);
  }

  get(name: string): CatalogueEntry | undefined {
    return this.#entries.get(name);
  }
}

function ownEntry(tool: Tool): CatalogueEntry {
  const { timeout } = tool;
  return {
    definition: tool,
    ...(timeout === undefined ? {} : { timeout }),
    call: async (input, context) => ({ value: await tool.call(input, context), isError: false }),
  };
}

function toolsetEntry(toolset: Toolset, definition: ToolDefinition): CatalogueEntry {
  const { name } = definition;
  return {
    definition,
    toolset,
    call: async (input, { toolCallId }) => await toolset.callTool(name, input, { toolCallId }),
  };
}

function functionTool({ name, description, inputSchema }: ToolDefinition): LanguageModelV4FunctionTool {
  return { type: "function", name, ...(description === undefined ? {} : { description }), inputSchema };
}

function homeOf(toolset: Toolset | undefined): string {
  return toolset === undefined ? "the agent's own" : `toolset "${toolset.name}"`;
}
