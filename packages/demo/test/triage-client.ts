/**
 * The official client, connected to a triage server for one test.
 *
 * @module
 */
import { Client, StreamableHTTPClientTransport, type CallToolResult } from "@modelcontextprotocol/client";

export interface TriageClient extends AsyncDisposable {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;
  /** Calls a tool and gives its text; the text of an error begins with `error: `. */
  ask(tool: string, question: Record<string, unknown>, signal?: AbortSignal): Promise<string>;
}

export async function connectTo(url: string): Promise<TriageClient> {
  const client = new Client({ name: "test", version: "0" });
  const transport = new StreamableHTTPClientTransport(new URL(url));
  await client.connect(transport);
  return {
    client,
    transport,
    ask: async (name, question, signal) => {
      const result = await client.callTool({ name, arguments: question }, signal === undefined ? {} : { signal });
      return textOf(result);
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

function textOf({ content, isError }: CallToolResult): string {
  const [first] = content;
  const text = first?.type === "text" ? first.text : "";
  return isError === true ? `error: ${text}` : text;
}
