/**
 * A server in the same process, at the other end of a linked pair. Its CPU is on the bill of both contestants.
 *
 * @module
 */
import { InMemoryTransport, type JSONRPCMessage } from "@modelcontextprotocol/client";
import { answerTo, type ClientMessage } from "../echo.ts";

/** Gives the client's end of a new pair. */
export async function serveEcho(): Promise<InMemoryTransport> {
  const [client, server] = InMemoryTransport.createLinkedPair();
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a Transport has callback properties and no events
  server.onmessage = (message) => {
    const answer = answerTo(message as ClientMessage);
    if (answer !== undefined) void server.send(answer as JSONRPCMessage);
  };
  await server.start();
  return client;
}
