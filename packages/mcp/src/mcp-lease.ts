/**
 * A lease of a connection: the right to use one generation of it.
 *
 * @module
 */
import type { CallToolResult, Tool } from "@modelcontextprotocol/client";
import type { Lease } from "@holdfast/concurrency";
import { type CallRecord, ownSignal, withinLimit } from "./call-record.ts";
import type { ClientGeneration } from "./client-generation.ts";
import type { ConnectionSettings } from "./options.ts";
import { type Request, toolCall, toolListing } from "./requests.ts";

/** Options of a call. */
export interface McpCallOptions {
  /** Cancels this call alone when it aborts; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds that this call may take, `null` for no limit; the connection's `callTimeout` when absent. */
  readonly timeout?: number | null;
}

/** The right to use one generation of a connection. */
export interface McpLease {
  /** Which opening of the connection this is: 1, 2, 3, ... */
  readonly generation: number;
  /** Aborts when this generation dies or is closed; its reason says which. */
  readonly lost: AbortSignal;
  /** As `McpConnection.callTool`, on this generation and no other. */
  callTool(name: string, args?: Readonly<Record<string, unknown>>, options?: McpCallOptions): Promise<CallToolResult>;
  /** As `McpConnection.listTools`, on this generation and no other. */
  listTools(options?: McpCallOptions): Promise<readonly Tool[]>;
}

/** A lease that `withLease()` holds; used after that it throws `RESOURCE_CLOSED`. */
export class PinnedLease implements McpLease {
  readonly generation: number;
  readonly #settings: ConnectionSettings;
  readonly #lease: Lease<ClientGeneration>;

  constructor(settings: ConnectionSettings, lease: Lease<ClientGeneration>) {
    this.#settings = settings;
    this.#lease = lease;
    this.generation = lease.generation;
  }

  get lost(): AbortSignal {
    return this.#lease.lost;
  }

  callTool(
    name: string,
    args: Readonly<Record<string, unknown>> = {},
    options: McpCallOptions = {},
  ): Promise<CallToolResult> {
    return this.#perform(...toolCall(this.#settings.name, name, args), options);
  }

  listTools(options: McpCallOptions = {}): Promise<readonly Tool[]> {
    return this.#perform(...toolListing(this.#settings.name), options);
  }

  #perform<T>(record: CallRecord, request: Request<T>, options: McpCallOptions): Promise<T> {
    const { timeout = this.#settings.callTimeout } = options;
    const { lost } = this;
    const signal = ownSignal(options.signal);
    return withinLimit(record, timeout, () => request(this.#lease.value, { record, lost, signal }));
  }
}
