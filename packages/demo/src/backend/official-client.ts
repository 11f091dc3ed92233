/**
 * The stock MCP client, as the counted and the official lane use it.
 *
 * @module
 */
import { type CallToolResult, Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { ToolConnectionError } from "@holdfast/agent";
import { withSignal } from "@holdfast/concurrency";
import type { ToolOutput } from "@holdfast/mcp";

/** What the lanes call themselves towards the server. */
const clientInfo = { name: "holdfast-demo", version: "0.1.0" };

export function createOfficialClient(): Client {
  return new Client(clientInfo);
}

/** A stock transport to the triage server that does not reconnect the stream of server news: the tools never change. */
export function createOfficialTransport(url: string): StreamableHTTPClientTransport {
  return new StreamableHTTPClientTransport(new URL(url), {
    reconnectionOptions: {
      initialReconnectionDelay: 1_000,
      maxReconnectionDelay: 1_000,
      reconnectionDelayGrowFactor: 1,
      maxRetries: 0,
    },
  });
}

/** @throws {@link ToolConnectionError} */
export async function connectOfficial(client: Client, transport: StreamableHTTPClientTransport): Promise<void> {
  try {
    await client.connect(transport);
  } catch (error) {
    throw connectionError(error);
  }
}

/**
 * Calls a tool. Whatever the client throws is told as a failure of the connection: the triage tools answer bad arguments
 * with a result, and a stock client says too little to tell more.
 *
 * **Cancellation:** tells the server, and ends the wait for its answer.
 *
 * @throws {@link ToolConnectionError}
 */
export function callOfficialTool(client: Client, name: string, input: unknown): Promise<ToolOutput> {
  return withSignal(async (signal) => {
    try {
      return toOutput(await client.callTool({ name, arguments: input as Record<string, unknown> }, { signal }));
    } catch (error) {
      throw connectionError(error);
    }
  });
}

/** The stock client has many words for it; this one can be searched for. */
export function connectionError(error: unknown): ToolConnectionError {
  const message = error instanceof Error ? error.message : String(error);
  return new ToolConnectionError(`connection closed or lost: ${message}`, { cause: error });
}

function toOutput({ content, structuredContent, isError = false }: CallToolResult): ToolOutput {
  const text = content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
  return { value: structuredContent ?? text, isError };
}
