/**
 * The scenarios in which a server asks the user something. A connection answers no such requests yet, so it is the transport
 * beneath it that is judged here, under the official client.
 *
 * @module
 */
import { Client } from "@modelcontextprotocol/client";
import { HttpTransport } from "../packages/mcp/src/http/http-transport.ts";

/** Calls each tool, and accepts whatever it asks with nothing but what the schema proposes. */
export async function playElicitation(url: string): Promise<void> {
  const client = new Client(
    { name: "holdfast", version: "0.1.0" },
    { capabilities: { elicitation: { form: { applyDefaults: true } } }, versionNegotiation: { mode: "auto" } },
  );
  client.setRequestHandler("elicitation/create", () => ({ action: "accept", content: {} }));
  await client.connect(new HttpTransport(new URL(url)));
  try {
    const { tools } = await client.listTools();
    for (const { name } of tools) {
      // What is sent is judged here; the official client makes an error of a result that leaves its type out.
      await client.callTool({ name, arguments: {} }).catch(() => {});
    }
  } finally {
    await client.close();
  }
}
