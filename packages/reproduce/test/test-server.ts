import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";

/** What answers a request; `index` counts the requests from 0. */
export type Answer = (response: ServerResponse, index: number, request: IncomingMessage) => unknown;

/** Counts, at the server, what a client cannot hide from it. */
export class TestServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #protocol: string;
  requests = 0;
  socketsOpened = 0;
  mostSockets = 0;

  constructor(server: Server, protocol: string) {
    this.#server = server;
    this.#protocol = protocol;
    server.on("request", () => (this.requests += 1));
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      this.socketsOpened += 1;
      this.mostSockets = Math.max(this.mostSockets, this.#sockets.size);
      // A client that is stopped resets its connections.
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  get url(): string {
    return `${this.#protocol}://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  get socketsOpen(): number {
    return this.#sockets.size;
  }

  /** No further connection is taken; those that are there go on. */
  stopListening(): void {
    this.#server.close();
  }

  /** Resolves when so many sockets have been opened and the clients have closed every one. */
  async waitClosed(opened: number): Promise<void> {
    while (this.socketsOpened < opened) await once(this.#server, "connection");
    const closed = [...this.#sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    await Promise.all(closed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** Has any server listen, at a port of its own. */
export async function openTestServer(server: Server, protocol: "http" | "https" = "http"): Promise<TestServer> {
  const counted = new TestServer(server, protocol);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return counted;
}

/** The usual server. */
export function openHttpServer(answer: Answer): Promise<TestServer> {
  let index = 0;
  return openTestServer(createServer((request, response) => answer(response, index++, request)));
}
