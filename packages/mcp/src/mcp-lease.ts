/**
 * A lease of a connection: the right to use one generation of it.
 *
 * @module
 */
import type { Lease } from "@holdfast/concurrency";
import type { CallGate } from "./call-gate.ts";
import { type CallRecord, ownSignal, withinLimit } from "./call-record.ts";
import type { ClientGeneration } from "./client-generation.ts";
import type { ConnectionSettings } from "./options.ts";
import type { ReplayRule } from "./replay.ts";
import { McpRequests } from "./mcp-requests.ts";
import type { McpProgress } from "./progress.ts";
import type { Request } from "./requests.ts";

/** Options of a call. */
export interface McpCallOptions {
  /** Cancels this call alone when it aborts; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds that this call may take, `null` for no limit; the connection's `callTimeout` when absent. */
  readonly timeout?: number | null;
  /** Whether the call is made once more when its connection fails; the connection's `replay` when absent. Not in a lease. */
  readonly replay?: ReplayRule;
  /**
   * Given each report of how far the call has come, outside every task, until the call has ended; what it throws disturbs
   * nothing. Where the call is made once more, it hears of the second as well.
   */
  readonly onProgress?: (progress: McpProgress) => void;
  /** Put into `_meta` of the request: `traceparent` and the like, and keys of your own. */
  readonly meta?: Readonly<Record<string, unknown>>;
  /** The model's name for the call, for `aroundCall`; it is not sent. */
  readonly toolCallId?: string;
}

/** The right to use one generation of a connection: its requests are as those of the connection, on this generation and no other. */
export interface McpLease extends Pick<McpRequests, keyof McpRequests> {
  /** Which opening of the connection this is: 1, 2, 3, ... */
  readonly generation: number;
  /** Aborts when this generation dies or is closed; its reason says which. */
  readonly lost: AbortSignal;
}

/** A lease to be released by whoever is done with it, in whatever task or callback that is; `using` does it too. */
export interface McpHeldLease extends McpLease, Disposable {
  /** Gives the generation back: calls under way go on, further ones throw `RESOURCE_CLOSED`. Idempotent; never throws. */
  release(): void;
}

/** A lease that `withLease()` or a caller of `lease()` holds; used after its release it throws `RESOURCE_CLOSED`. */
export class PinnedLease extends McpRequests implements McpHeldLease {
  readonly generation: number;
  readonly #settings: ConnectionSettings;
  readonly #gate: CallGate;
  readonly #lease: Lease<ClientGeneration>;
  readonly #unpin: () => void;

  constructor(settings: ConnectionSettings, gate: CallGate, lease: Lease<ClientGeneration>) {
    super(settings);
    this.#settings = settings;
    this.#gate = gate;
    this.#unpin = lease.value.pin();
    this.#lease = lease;
    this.generation = lease.generation;
  }

  get lost(): AbortSignal {
    return this.#lease.lost;
  }

  release(): void {
    this.#unpin();
    this.#lease.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  protected perform<T>(record: CallRecord, request: Request<T>, options: McpCallOptions): Promise<T> {
    const { timeout = this.#settings.callTimeout } = options;
    const signal = ownSignal(options.signal);
    const make = (): Promise<T> => request(this.#lease.value, { record, signal });
    return withinLimit(record, timeout, () => this.#gate.pass(record, signal, make));
  }
}
