/**
 * The stock MCP client, as the counted and the official lane use it.
 *
 * @module
 */
import { type CallToolResult, Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { ToolConnectionError } from "@holdfast/agent";
import type { ToolDefinition, ToolOutput } from "@holdfast/mcp";

/** What the lanes call themselves towards the server. */
const clientInfo = { name: "holdfast-demo", version: "0.1.0" };

export function createOfficialClient(): Client {
  return new Client(clientInfo);
}

/** A stock transport to the triage server. Its stream of server news is not asked for: the tools never change. */
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

/** Opens a connection of its own, lists the tools, and closes it again. */
export async function listTriageTools(url: string): Promise<readonly ToolDefinition[]> {
  const client = createOfficialClient();
  const transport = createOfficialTransport(url);
  await client.connect(transport);
  try {
    const { tools } = await client.listTools();
    return tools.map(({ name, description = "", inputSchema }) => ({
      name,
      description,
      inputSchema: { ...inputSchema },
    }));
  } finally {
    await transport.terminateSession();
    await client.close();
  }
}

/**
 * Calls a tool. Whatever the client throws is told as a failure of the connection: the triage tools answer bad arguments
 * with a result, and a stock client says too little to tell more.
 *
 * @throws {@link ToolConnectionError}
 */
export async function callOfficialTool(client: Client, name: string, input: unknown): Promise<ToolOutput> {
  try {
    return toOutput(await client.callTool({ name, arguments: input as Record<string, unknown> }));
  } catch (error) {
    throw connectionError(error);
  }
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
