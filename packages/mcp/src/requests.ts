/**
 * The requests that a connection makes, each with the record that its errors are made from.
 *
 * @module
 */
import type { CallToolResult, Tool } from "@modelcontextprotocol/client";
import type { CallRecord } from "./call-record.ts";
import type { ClientGeneration, RequestContext } from "./client-generation.ts";

/** Makes one request on a generation. */
export type Request<T> = (generation: ClientGeneration, context: RequestContext) => Promise<T>;

export function toolCall(
  connection: string,
  name: string,
  args: Readonly<Record<string, unknown>>,
): [CallRecord, Request<CallToolResult>] {
  const record = { attempted: `calling tool ${JSON.stringify(name)} of ${connection}`, sent: false };
  return [record, (generation, context) => generation.callTool({ name, arguments: args }, context)];
}

export function toolListing(connection: string): [CallRecord, Request<readonly Tool[]>] {
  const record = { attempted: `listing the tools of ${connection}`, sent: false };
  return [record, (generation, context) => generation.listTools(context)];
}
