/**
 * A faulty server over Streamable HTTP, on a port of this machine.
 *
 * @module
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { runDetached } from "@holdfast/concurrency";
import { FaultControl } from "./fault-control.ts";
import type { McpFaultName } from "./faults.ts";
import { cut, HttpExchange } from "./http-exchange.ts";
import { HttpService } from "./http-service.ts";
import { type FaultyServerOptions, ServerState } from "./server-state.ts";

/** Options of {@link openFaultyHttpServer}. */
export interface FaultyHttpServerOptions extends FaultyServerOptions {
  /**
   * As what calls are answered where a fault does not say; `sse` when absent. An answer that comes with other messages
   * is a stream of events always.
   */
  readonly answers?: "json" | "sse";
  /** Whether clients of the versions that have sessions are given one; true when absent. */
  readonly sessions?: boolean;
}

const HOST = "127.0.0.1";

/** A server over HTTP, made by {@link openFaultyHttpServer}. */
export class FaultyHttpServer extends FaultControl<McpFaultName> implements AsyncDisposable {
  readonly #state: ServerState;
  readonly #service: HttpService;
  readonly #server: Server;
  /** The other origin, which counts who comes. */
  readonly #elsewhere: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  constructor(state: ServerState, options: FaultyHttpServerOptions) {
    super(state);
    this.#state = state;
    this.#service = new HttpService(state, options, {
      restart: () => this.restart(),
      elsewhere: () => urlOf(portOf(this.#elsewhere)),
    });
    this.#server = this.#listener((exchange) => void this.#service.handle(exchange));
    this.#elsewhere = createServer((request, response) => {
      state.ledger.add("elsewhere");
      request.resume();
      response.writeHead(404).end();
    });
  }

  get url(): string {
    return urlOf(this.#port);
  }

  /** Listens, at first on a free port, later on the one it had. Only the function that opens it calls this. */
  async open(): Promise<void> {
    await listen(this.#elsewhere, 0);
    await this.comeBack();
  }

  /** Breaks all connections and refuses new ones, until it comes back. Sessions are kept, and what runs goes on. */
  async goDown(): Promise<void> {
    const closed = closing(this.#server);
    this.#cutOff();
    await closed;
  }

  /** Listens again, on the port that it had. */
  async comeBack(): Promise<void> {
    if (this.#server.listening) return;
    await listen(this.#server, this.#port);
    this.#port = portOf(this.#server);
  }

  override restart(): void {
    this.#state.restart();
    this.#service.stop();
    this.#cutOff();
  }

  /** Ends what is under way, and closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#service.stop();
    await this.goDown();
    const closed = closing(this.#elsewhere);
    this.#elsewhere.closeAllConnections();
    await closed;
    await this.#state.waitServed();
  }

  #listener(handle: (exchange: HttpExchange) => void): Server {
    const server = createServer((request, response) => handle(new HttpExchange(request, response)));
    // What hangs is to hang until the client gives up.
    Object.assign(server, { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0, timeout: 0 });
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      this.#state.ledger.add("socketsOpen");
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        this.#state.ledger.add("socketsOpen", -1);
      });
      if (this.#state.plan.strike("connection") !== undefined) socket.destroy();
    });
    return server;
  }

  #cutOff(): void {
    for (const socket of this.#sockets) cut(socket);
  }
}

/**
 * Starts an MCP server that misbehaves as told, on a free port of 127.0.0.1. Hold it with `await using`.
 *
 * It speaks Streamable HTTP with sessions from 2025-03-26 to 2025-11-25, and without sessions in 2026-07-28.
 *
 * **Cancellation:** not felt: it takes no longer than to listen.
 *
 * @throws TypeError for a fault that there is not, RangeError for a number that is none.
 *
 * ```ts run
 * import { openMcpConnection } from "@holdfast/mcp";
 * import { openFaultyHttpServer } from "@holdfast/mcp/testing";
 * await using server = await openFaultyHttpServer();
 * await using connection = await openMcpConnection({ url: server.url, protocol: "legacy" });
 * server.inject({ fault: "session-forgotten", tool: "echo" });
 * const { content } = await connection.callTool("echo", { text: "a" });
 * content; // => [{ type: "text", text: "a" }]
 * const { initializes, executed } = server.counts();
 * [initializes, executed]; // => [2, { echo: 1 }]
 * ```
 */
export async function openFaultyHttpServer(options: FaultyHttpServerOptions = {}): Promise<FaultyHttpServer> {
  const state = new ServerState(options, true);
  return await runDetached(async () => {
    const server = new FaultyHttpServer(state, options);
    await server.open();
    return server;
  });
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function closing(server: Server): Promise<void> {
  return server.listening ? new Promise((resolve) => server.close(() => resolve())) : Promise.resolve();
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function urlOf(port: number): string {
  return `http://${HOST}:${port}/mcp`;
}
