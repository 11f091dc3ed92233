/**
 * One request over HTTP and its response: the bytes of it, right and wrong.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { JSONRPCMessage } from "@modelcontextprotocol/client";
import { cancellable, Event, moveOnAfter } from "@holdfast/concurrency";

/** Half of a text, for what breaks off in the middle. */
export function half(text: string): string {
  return text.slice(0, text.length / 2);
}

/** A message as an event of a stream. */
export function eventOf(message: JSONRPCMessage): string {
  return `event: message\ndata: ${JSON.stringify(message)}\n\n`;
}

const cutByServer = new WeakSet<Socket>();

/** Resets a TCP connection, and remembers that it was the server who did. */
export function cut(socket: Socket): void {
  cutByServer.add(socket);
  // After its end a socket can no longer be reset, and one that is tried to never says that it has closed.
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

export class HttpExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Set when the response is at its end, or the client has hung up. */
  readonly closed: Event = new Event("the end of a response");

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.response = response;
    response.on("close", () => this.closed.set());
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return typeof value === "string" ? value : undefined;
  }

  /** Answers with a status and no more. */
  status(status: number, headers: Readonly<Record<string, string>> = {}, body = ""): void {
    this.response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
  }

  /** Answers with a whole body of JSON. */
  json(text: string): void {
    this.response.setHeader("content-type", "application/json");
    this.response.end(text);
  }

  /**
   * Announces a body of JSON, and sends the first half of it.
   *
   * **Cancellation:** as `write`.
   */
  halfOfJson(text: string): Promise<void> {
    this.response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
    return this.write(half(text));
  }

  /** Begins a stream of events. */
  beginEvents(): void {
    this.response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" }).flushHeaders();
  }

  /**
   * Writes a part of the body, and waits until it has been handed to the system, or never will be.
   *
   * **Cancellation:** ends the waiting.
   */
  write(text: string): Promise<void> {
    return cancellable(new Promise((resolve) => void this.response.write(text, () => resolve())));
  }

  /** Resets the TCP connection. */
  reset(): void {
    cut(this.request.socket);
  }

  /** Whether the client has hung up before the response was at its end. */
  get isAbandoned(): boolean {
    return this.closed.isSet && !this.response.writableFinished && !cutByServer.has(this.request.socket);
  }

  /** **Cancellation:** ends it; the stream stays as it is. */
  async keepAlive(delay: number): Promise<void> {
    while (!this.closed.isSet) {
      this.response.write(": keep-alive\n\n");
      await moveOnAfter(delay, () => this.closed.wait());
    }
  }
}
