/**
 * A connection that any number of concurrent calls can share: one owner opens and closes it, calls only borrow.
 *
 * @module
 */
import type { Tool } from "@modelcontextprotocol/client";
import {
  ClosedResourceError,
  currentEffectiveDeadline,
  currentTime,
  type DrainReport,
  type Hold,
  type Lease,
  Owner,
  type OwnerStatistics,
  shielded,
} from "@holdfast/concurrency";
import { CallGate } from "./call-gate.ts";
import { type CallRecord, ownSignal, withinLimit } from "./call-record.ts";
import { ClientGeneration, REFUSAL_GRACE } from "./client-generation.ts";
import { McpClosedError, McpError, McpSessionExpiredError } from "./errors.ts";
import { type McpCallOptions, type McpHeldLease, type McpLease, PinnedLease } from "./mcp-lease.ts";
import type { ConnectionSettings } from "./options.ts";
import { isRepeatable, type Replay, replayOf, type ReplayRule } from "./replay.ts";
import { McpRequests } from "./mcp-requests.ts";
import type { Request } from "./requests.ts";
import { createToolset, type Toolset, type ToolsetOptions } from "./toolset.ts";

/** What a connection has done and holds: its ledger. After `close()` it holds nothing. */
export interface McpConnectionStatistics extends OwnerStatistics {
  /** Calls that were given to the transport and wait for their answer. */
  readonly callsInFlight: number;
  /** Calls that wait because `maxInFlight` others are under way. */
  readonly callsQueued: number;
}

/** What a call has taken to be made with, and under which terms. */
interface Holding {
  readonly rule: ReplayRule;
  readonly place: Hold;
  readonly lease: Lease<ClientGeneration>;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that it may take; absent where the scope around it has the limit. */
  readonly limit?: number | undefined;
}

/**
 * A connection to an MCP server, made by `openMcpConnection()`.
 *
 * Share it freely: calls from any number of tasks, from `gather` children, from `Promise.all` and from outside every
 * task may run at the same time. What becomes of one, be it an error, a time-out or a cancellation, disturbs no other.
 * When the server goes away, its calls in flight end with a typed error, and the next call opens a new generation.
 * A call that may have run is never repeated, unless you and its tool allow it; see `replay`.
 */
export class McpConnection extends McpRequests implements AsyncDisposable {
  readonly #settings: ConnectionSettings;
  readonly #owner: Owner<ClientGeneration>;
  readonly #gate: CallGate;
  #current: ClientGeneration | undefined;

  constructor(settings: ConnectionSettings) {
    const { name, closeTimeout, reconnect } = settings;
    super(settings);
    this.#settings = settings;
    this.#gate = new CallGate(settings.calls);
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
      { name, closeTimeout: closeTimeout + REFUSAL_GRACE, ...reconnect },
    );
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
    using lease = await this.lease();
    return await fn(lease);
  }

  /**
   * Borrows one generation until `release()`: for work that begins in one callback and ends in another, as in a queue's
   * worker. Where it fits in one callback, `withLease()` releases by itself. `drain()` waits for the release.
   *
   * **Cancellation:** of the scope or of `options.signal`, while it waits for the opening: leaves the others waiting.
   *
   * @throws {@link McpOpenFailedError}; {@link McpClosedError}; the reason of `options.signal`.
   */
  async lease(options: Pick<McpCallOptions, "signal"> = {}): Promise<McpHeldLease> {
    const record = { attempted: `leasing ${this.name}`, sent: false };
    return new PinnedLease(this.#settings, this.#gate, await this.#lease(record, ownSignal(options.signal)));
  }

  /** The connection's tools in the shape that `createAgent` takes. */
  toolset(options?: ToolsetOptions): Toolset {
    return createToolset(this, options);
  }

  /**
   * Refuses new calls and those that wait for a place, waits until those under way have ended, then closes. Those that
   * take longer than `timeout` milliseconds are cut off and told.
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
    return Object.freeze({
      ...this.#owner.statistics(),
      callsInFlight: this.#current?.callsInFlight ?? 0,
      callsQueued: this.#gate.queued,
    });
  }

  protected perform<T>(record: CallRecord, request: Request<T>, options: McpCallOptions): Promise<T> {
    const { timeout = this.#settings.callTimeout, replay = this.#settings.replay } = options;
    if (options.signal === undefined) {
      const quick = this.#quick(record, request, timeout, replay);
      if (quick !== undefined) return quick;
    }
    const signal = ownSignal(options.signal);
    return withinLimit(record, timeout, () => this.#make(record, request, signal, replay));
  }

  /**
   * Makes a call that has nothing to wait for but its answer, as nearly all do: the connection is open and a place is free. Such
   * a call needs no scope and no timer of its own. Undefined where that is not so.
   */
  #quick<T>(record: CallRecord, request: Request<T>, timeout: number | null, rule: ReplayRule): Promise<T> | undefined {
    // What is cancelled already must not be sent first.
    if (currentEffectiveDeadline() === -Infinity) return undefined;
    const place = this.#gate.tryEnter();
    if (place === undefined) return undefined;
    const lease = this.#owner.tryLease();
    if (lease !== undefined)
      return this.#makeWith(record, request, { rule, place, lease, limit: timeout ?? undefined });
    place.release();
    return undefined;
  }

  /** Makes a call once a place is free and the connection is open. */
  async #make<T>(
    record: CallRecord,
    request: Request<T>,
    signal: AbortSignal | undefined,
    rule: ReplayRule,
  ): Promise<T> {
    const place = this.#gate.tryEnter() ?? (await this.#gate.enter(record, signal));
    try {
      const lease = await this.#lease(record, signal);
      return await this.#makeWith(record, request, { rule, place, lease, signal });
    } finally {
      place.release();
    }
  }

  /** Makes a call with what it has taken, gives that back, and makes it once more where the rule allows it. */
  async #makeWith<T>(
    record: CallRecord,
    request: Request<T>,
    { rule, place, lease, signal, limit }: Holding,
  ): Promise<T> {
    const until = limit === undefined ? undefined : currentTime() + limit;
    const used = lease.value;
    // Released by hand: two `using` declarations are a tenth of what a call costs.
    try {
      return await request(used, { record, signal, limit });
    } catch (error) {
      const replay = replayOf(rule, record.tool, error);
      if (replay === "no") throw error;
      lease.release();
      const again = (): Promise<T> => this.#again(record, request, signal, { replay, error, used });
      if (limit === undefined || until === undefined) return await again();
      return await withinLimit(record, Math.max(0, until - currentTime()), again, limit);
    } finally {
      lease.release();
      place.release();
    }
  }

  /** Makes a call that has failed once more. */
  async #again<T>(
    record: CallRecord,
    request: Request<T>,
    signal: AbortSignal | undefined,
    first: { readonly replay: Exclude<Replay, "no">; readonly error: unknown; readonly used: ClientGeneration },
  ): Promise<T> {
    const { replay, error, used } = first;
    if (replay === "if-idempotent") {
      return await this.#repeat(record, request, signal, { error, tools: used.knownTools });
    }
    // That one did not run, so this is no second run.
    record.sent = false;
    await used.over();
    return await this.#borrow(record, request, signal);
  }

  /**
   * Makes a call that may have run a second time, if its tool says, as it was known and as the server lists it now, that
   * this changes nothing.
   *
   * @throws what the call ended with the first time, unless the second may have run as well.
   */
  async #repeat<T>(
    record: CallRecord,
    request: Request<T>,
    signal: AbortSignal | undefined,
    first: { readonly error: unknown; readonly tools: readonly Tool[] | undefined },
  ): Promise<T> {
    const { tool = "" } = record;
    if (first.tools !== undefined && !isRepeatable(first.tools, tool)) throw first.error;
    // A record of its own: that of the first goes on saying that it was sent.
    const again = { attempted: record.attempted, tool, sent: false };
    let isMade = false;
    const repeat: Request<T> = async (generation, context) => {
      if (!isRepeatable(await generation.relistTools(context), tool)) throw first.error;
      isMade = true;
      return await request(generation, context);
    };
    const attempt = (): Promise<T> => this.#borrow(again, repeat, signal);
    try {
      return await attempt().catch((error: unknown) => {
        if (error instanceof McpSessionExpiredError) return attempt();
        throw error;
      });
    } catch (error) {
      throw error instanceof McpError && !(isMade && error.mayHaveRun) ? first.error : error;
    }
  }

  async #borrow<T>(record: CallRecord, request: Request<T>, signal: AbortSignal | undefined): Promise<T> {
    using lease = await this.#lease(record, signal);
    return await request(lease.value, { record, signal });
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
