/**
 * What every server of this area answers: the handshake and one tool. Hand-written and quick, so that what is measured is
 * the client.
 *
 * @module
 */

/** A message as it comes from a client; only what the servers look at. */
export interface ClientMessage {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly protocolVersion?: string; readonly arguments?: { readonly text?: string } };
}

/** The newest version with sessions: what the official client asks for when it is told nothing. */
const VERSION = "2025-11-25";
const METHOD_NOT_FOUND = -32_601;

/** The answer to a message; undefined for one that wants none. */
export function answerTo({ id, method, params }: ClientMessage): object | undefined {
  if (id === undefined) return undefined;
  switch (method) {
    case "tools/call":
      return { jsonrpc: "2.0", id, result: { content: [{ type: "text", text: params?.arguments?.text ?? "" }] } };
    case "initialize": {
      const serverInfo = { name: "echo", version: "1.0.0" };
      const result = { protocolVersion: params?.protocolVersion ?? VERSION, capabilities: { tools: {} }, serverInfo };
      return { jsonrpc: "2.0", id, result };
    }
    default:
      return { jsonrpc: "2.0", id, error: { code: METHOD_NOT_FOUND, message: "there is no such method" } };
  }
}
