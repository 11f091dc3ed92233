/**
 * A faulty server in the same process: no socket, no real time.
 *
 * @module
 */
import type { Transport } from "@modelcontextprotocol/client";
import { FaultControl } from "./fault-control.ts";
import type { InProcessFaultName } from "./faults.ts";
import { LinkedTransport } from "./linked-transport.ts";
import { type FaultyServerOptions, ServerState } from "./server-state.ts";

/** A server in the same process, made by {@link createFaultyServer}. */
export class FaultyServer extends FaultControl<InProcessFaultName> {
  readonly #state: ServerState;
  readonly #transports = new Set<LinkedTransport>();

  constructor(state: ServerState) {
    super(state);
    this.#state = state;
  }

  /** Makes the client's end of a new connection, not started: what `open` of `openMcpConnection()` is to give. */
  connect(): Transport {
    const transport = new LinkedTransport(this.#state, {
      closed: (gone) => void this.#transports.delete(gone),
      restart: () => this.restart(),
    });
    this.#transports.add(transport);
    return transport;
  }

  override restart(): void {
    this.#state.restart();
    for (const transport of this.#transports) transport.lose();
  }
}

/**
 * Creates an MCP server that misbehaves as told, for a client in the same process. There is nothing to close: what a
 * connection has under way ends with it.
 *
 * With the `runtime` of `runVirtually` its delays take no time, and every run is the same.
 *
 * @throws TypeError for a fault that there is not, RangeError for a number that is none.
 *
 * ```ts run
 * import { runVirtually } from "@holdfast/concurrency/testing";
 * import { openMcpConnection } from "@holdfast/mcp";
 * import { createFaultyServer } from "@holdfast/mcp/testing";
 * await runVirtually(async (runtime) => {
 *   const server = createFaultyServer({ runtime, faults: [{ fault: "sse-end", tool: "echo" }] });
 *   await using connection = await openMcpConnection({ open: () => server.connect() });
 *   const error = await connection.callTool("echo", { text: "a" }).catch((thrown) => thrown);
 *   return [error.code, error.mayHaveRun, server.counts().executed];
 * }); // => ["MCP_CONNECTION_LOST", true, { echo: 1 }]
 * ```
 */
export function createFaultyServer(options: FaultyServerOptions<InProcessFaultName> = {}): FaultyServer {
  return new FaultyServer(new ServerState(options, false));
}
