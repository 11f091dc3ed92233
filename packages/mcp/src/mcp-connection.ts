/**
 * A connection that any number of concurrent calls can share: one owner opens and closes it, calls only borrow.
 *
 * @module
 */
import type { CallToolResult, Tool } from "@modelcontextprotocol/client";
import {
  ClosedResourceError,
  type DrainReport,
  type Lease,
  Owner,
  type OwnerStatistics,
  shielded,
} from "@holdfast/concurrency";
import { type CallRecord, ownSignal, withinLimit } from "./call-record.ts";
import { ClientGeneration, REFUSAL_GRACE } from "./client-generation.ts";
import { McpClosedError, McpSessionExpiredError } from "./errors.ts";
import { type McpCallOptions, type McpLease, PinnedLease } from "./mcp-lease.ts";
import type { ConnectionSettings } from "./options.ts";
import { type Request, toolCall, toolListing } from "./requests.ts";
import { createToolset, type Toolset, type ToolsetOptions } from "./toolset.ts";

/** What a connection has done and holds: its ledger. After `close()` it holds nothing. */
export interface McpConnectionStatistics extends OwnerStatistics {
  /** Calls that were sent and wait for their answer. */
  readonly callsInFlight: number;
}

/**
 * A connection to an MCP server, made by `openMcpConnection()`.
 *
 * Share it freely: calls from any number of tasks, from `gather` children, from `Promise.all` and from outside every
 * task may run at the same time. What becomes of one, be it an error, a time-out or a cancellation, disturbs no other.
 * When the server goes away, its calls in flight end with a typed error, and the next call opens a new generation.
 * A call that may have run is never repeated.
 */
export class McpConnection implements AsyncDisposable {
  readonly name: string;
  readonly #settings: ConnectionSettings;
  readonly #owner: Owner<ClientGeneration>;
  #current: ClientGeneration | undefined;

  constructor(settings: ConnectionSettings) {
    const { name, closeTimeout } = settings;
    this.name = name;
    this.#settings = settings;
    this.#owner = new Owner<ClientGeneration>(
      async (own) => {
        const generation = new ClientGeneration(settings, own.generation);
        await generation.open();
        this.#current = generation;
        try {
          return await own.publish(generation, { lost: generation.lost });
        } finally {
          await shielded(() => generation.close());
        }
      },
      // The generation keeps to closeTimeout by itself; the owner's limit is for what goes wrong in that.
      { name, closeTimeout: closeTimeout + REFUSAL_GRACE },
    );
  }

  /**
   * Calls a tool and gives its result, also when that says that the tool failed (`isError`).
   *
   * When the server has forgotten the session, which it says before it runs the call, a new one is opened and the call
   * is made there. Nothing else is ever repeated.
   *
   * **Cancellation:** of the scope or of `options.signal`: the server is told, the answer is dropped, no other call
   * notices.
   *
   * @throws {@link McpCallTimeoutError}, {@link McpProtocolError} (also for a tool that does not exist),
   * {@link McpConnectionLostError}, {@link McpSessionExpiredError}, {@link McpOpenFailedError}, {@link McpClosedError};
   * the reason of `options.signal`.
   */
  callTool(
    name: string,
    args: Readonly<Record<string, unknown>> = {},
    options: McpCallOptions = {},
  ): Promise<CallToolResult> {
    return this.#perform(...toolCall(this.name, name, args), options);
  }

  /**
   * Gives the tools that the server has, frozen. One request serves all who ask at the same time, and the answer is
   * kept until the server says that its tools have changed, or the connection is opened anew.
   *
   * **Cancellation:** leaves the others waiting; the request is cancelled when the last of them has left.
   *
   * @throws as `callTool`.
   */
  listTools(options: McpCallOptions = {}): Promise<readonly Tool[]> {
    return this.#perform(...toolListing(this.name), options);
  }

  /**
   * Borrows one generation for the length of a callback: for servers that keep state between calls. `drain()` waits for
   * it.
   *
   * **Cancellation:** as the callback's own; while it waits for the opening, leaves the others waiting.
   *
   * @throws what the callback throws; {@link McpOpenFailedError}; {@link McpClosedError}.
   */
  async withLease<R>(fn: (lease: McpLease) => PromiseLike<R> | R): Promise<R> {
    using lease = await this.#lease({ attempted: `leasing ${this.name}`, sent: false }, undefined);
    return await fn(new PinnedLease(this.#settings, lease));
  }

  /** The connection's tools in the shape that `createAgent` takes. */
  toolset(options?: ToolsetOptions): Toolset {
    return createToolset(this, options);
  }

  /**
   * Refuses new calls, waits until those under way have ended, then closes. Those that take longer than `timeout`
   * milliseconds are cut off and told.
   *
   * **Cancellation:** ends the waiting; the close that follows is shielded.
   */
  drain(timeout?: number): Promise<DrainReport> {
    return this.#owner.drain(timeout);
  }

  /**
   * Closes for good: calls under way end with {@link McpClosedError}, the session is ended, the transport closed, a
   * child process sent away. Idempotent; never rejects: what went wrong stands in `statistics()`.
   *
   * **Cancellation:** shielded; `closeTimeout` bounds it.
   */
  close(): Promise<void> {
    return this.#owner.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  statistics(): McpConnectionStatistics {
    return Object.freeze({ ...this.#owner.statistics(), callsInFlight: this.#current?.callsInFlight ?? 0 });
  }

  #perform<T>(record: CallRecord, request: Request<T>, options: McpCallOptions): Promise<T> {
    const { timeout = this.#settings.callTimeout } = options;
    const signal = ownSignal(options.signal);
    return withinLimit(record, timeout, async () => {
      try {
        return await this.#borrow(record, request, signal);
      } catch (error) {
        if (!(error instanceof McpSessionExpiredError)) throw error;
      }
      // The server refused that one before it ran, so this is no second run.
      record.sent = false;
      return await this.#borrow(record, request, signal);
    });
  }

  async #borrow<T>(record: CallRecord, request: Request<T>, signal: AbortSignal | undefined): Promise<T> {
    using lease = await this.#lease(record, signal);
    return await request(lease.value, { record, lost: lease.lost, signal });
  }

  async #lease(record: CallRecord, signal: AbortSignal | undefined): Promise<Lease<ClientGeneration>> {
    try {
      return await this.#owner.lease(signal === undefined ? {} : { signal });
    } catch (error) {
      throw error instanceof ClosedResourceError
        ? new McpClosedError(record.attempted, false, { cause: error })
        : error;
    }
  }
}
