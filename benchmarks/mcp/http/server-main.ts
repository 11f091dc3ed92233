/**
 * The server of the HTTP rows, as a process of its own: Streamable HTTP with a session, answers as JSON or as a stream of
 * one event. `node server-main.ts json|sse`; it tells its parent its URL, and ends with it.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerTo, type ClientMessage } from "../echo.ts";

const SESSION = "the-session";
const [, , answers] = process.argv;

const server = createServer((request, response) => {
  if (request.method === "POST") void post(request, response);
  else response.writeHead(request.method === "DELETE" ? 200 : 405).end();
});
server.listen(0, "127.0.0.1", () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});
process.on("disconnect", () => process.exit());

async function post(request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.setEncoding("utf8");
  let body = "";
  for await (const chunk of request) body += String(chunk);
  const message = JSON.parse(body) as ClientMessage;
  const answer = answerTo(message);
  if (answer === undefined) {
    response.writeHead(202).end();
    return;
  }
  const session = message.method === "initialize" ? { "mcp-session-id": SESSION } : {};
  const text = JSON.stringify(answer);
  if (answers === "sse") {
    response.writeHead(200, { ...session, "content-type": "text/event-stream", "cache-control": "no-cache" });
    response.end(`event: message\ndata: ${text}\n\n`);
  } else {
    response.writeHead(200, {
      ...session,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
    });
    response.end(text);
  }
}
