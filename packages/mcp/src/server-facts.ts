/**
 * What a server says of itself.
 *
 * @module
 */
import type { Client, Implementation, ServerCapabilities } from "@modelcontextprotocol/client";
import { frozen } from "./frozen.ts";

/** What a server said of itself when the connection was opened. */
export interface McpServerFacts {
  /** The revision of the protocol that is spoken: `2025-11-25`. */
  readonly protocolVersion: string;
  /** Empty for a server that does not name itself, as revision 2026-07-28 allows. */
  readonly name: string;
  /** Empty for a server that does not name itself. */
  readonly version: string;
  /** The name for people; absent where it has none. */
  readonly title?: string;
  readonly capabilities: Readonly<ServerCapabilities>;
  /** How the server wants to be used, for a model to read; absent where it does not say. */
  readonly instructions?: string;
}

/** Gives what the server of a connected client has said, frozen. */
export function factsOf(client: Client): McpServerFacts {
  const { name = "", version = "", title }: Partial<Implementation> = client.getServerVersion() ?? {};
  const instructions = client.getInstructions();
  return frozen({
    protocolVersion: client.getNegotiatedProtocolVersion() ?? "",
    name,
    version,
    ...(title !== undefined && { title }),
    capabilities: structuredClone(client.getServerCapabilities() ?? {}),
    ...(instructions !== undefined && { instructions }),
  });
}
