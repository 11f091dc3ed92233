/**
 * The requests that a connection makes, each with the record that its errors are made from.
 *
 * @module
 */
import type {
  CallToolResult,
  GetPromptResult,
  Prompt,
  ReadResourceResult,
  Resource,
  ResourceTemplateType,
  Tool,
} from "@modelcontextprotocol/client";
import type { CallRecord } from "./call-record.ts";
import type { ClientGeneration, RequestContext } from "./client-generation.ts";
import type { McpServerFacts } from "./server-facts.ts";
import type { RequestWishes } from "./server-requests.ts";

/** Makes one request on a generation. */
export type Request<T> = (generation: ClientGeneration, context: RequestContext) => Promise<T>;

export function toolCall(
  connection: string,
  name: string,
  args: Readonly<Record<string, unknown>>,
  wishes: RequestWishes = {},
): [CallRecord, Request<CallToolResult>] {
  return [
    new ToolCallRecord(connection, name),
    (generation, context) => generation.callTool({ name, arguments: args }, wishes, context),
  ];
}

export function toolListing(connection: string): [CallRecord, Request<readonly Tool[]>] {
  return [recordOf("listing the tools", connection), (generation, context) => generation.listTools(context)];
}

export function facts(connection: string): [CallRecord, Request<McpServerFacts>] {
  return [recordOf("asking for the server", connection), (generation) => Promise.resolve(generation.facts)];
}

export function resourceListing(connection: string): [CallRecord, Request<readonly Resource[]>] {
  return [recordOf("listing the resources", connection), (generation, context) => generation.listResources(context)];
}

export function templateListing(connection: string): [CallRecord, Request<readonly ResourceTemplateType[]>] {
  const record = recordOf("listing the resource templates", connection);
  return [record, (generation, context) => generation.listResourceTemplates(context)];
}

export function resourceReading(
  connection: string,
  uri: string,
  wishes: RequestWishes,
): [CallRecord, Request<ReadResourceResult>] {
  const record = recordOf(`reading resource ${JSON.stringify(uri)}`, connection);
  return [record, (generation, context) => generation.readResource(uri, wishes, context)];
}

export function promptListing(connection: string): [CallRecord, Request<readonly Prompt[]>] {
  return [recordOf("listing the prompts", connection), (generation, context) => generation.listPrompts(context)];
}

export function promptGetting(
  connection: string,
  name: string,
  args: Readonly<Record<string, string>>,
  wishes: RequestWishes,
): [CallRecord, Request<GetPromptResult>] {
  const record = recordOf(`getting prompt ${JSON.stringify(name)}`, connection);
  return [record, (generation, context) => generation.getPrompt(name, args, wishes, context)];
}

/** Put into words only for an error. */
class ToolCallRecord implements CallRecord {
  readonly tool: string;
  sent = false;
  readonly #connection: string;

  constructor(connection: string, tool: string) {
    this.tool = tool;
    this.#connection = connection;
  }

  get attempted(): string {
    return `calling tool ${JSON.stringify(this.tool)} of ${this.#connection}`;
  }
}

function recordOf(what: string, connection: string): CallRecord {
  return { attempted: `${what} of ${connection}`, sent: false };
}
