/**
 * One generation of a connection: an official client and a transport, both new, used for nothing else, and closed by
 * the task that opened them.
 *
 * Every step into the client is made in `runDetached`, so that no socket, timer or listener that it makes on the way
 * inherits the frame of the call that came first; what they call back only settles promises.
 *
 * @module
 */
import {
  type CallToolRequest,
  type CallToolResult,
  Client,
  SdkHttpError,
  type Tool,
} from "@modelcontextprotocol/client";
import {
  cancellable,
  Event,
  failAfter,
  isCancelled,
  moveOnAfter,
  runDetached,
  shielded,
  withSignal,
} from "@holdfast/concurrency";
import type { CallRecord } from "./call-record.ts";
import { McpConnectionLostError, McpSessionExpiredError } from "./errors.ts";
import { callFailure, lossFailure, openFailure } from "./failures.ts";
import { isSessionGone } from "./http-link.ts";
import type { Link } from "./link.ts";
import type { ConnectionSettings } from "./options.ts";
import { SeverableTransport } from "./severable-transport.ts";
import { ToolList } from "./tool-list.ts";

/** What a request is made under. */
export interface RequestContext {
  readonly record: CallRecord;
  /** Of the lease: aborts when this generation dies. */
  readonly lost: AbortSignal;
  /** Of the caller, where it has one. */
  readonly signal: AbortSignal | undefined;
}

/** The longest that a native timer takes. It puts the official client's own limits out of reach, because ours rule. */
const NEVER = 2 ** 31 - 1;
/**
 * How long the calls in flight of a forgotten session may take to be refused as well, in milliseconds. They were sent
 * before the first refusal came, so a round trip does; cut off instead, they could not say that they did not run.
 */
export const REFUSAL_GRACE = 1_000;
/** What the server is told of a cancelled call. The real reason is the caller's own affair. */
const CANCEL_REASON = "the caller no longer waits for the answer";

export class ClientGeneration {
  readonly #settings: ConnectionSettings;
  readonly #number: number;
  readonly #client: Client;
  readonly #tools: ToolList;
  readonly #lost = new AbortController();
  readonly #requests = new Set<CallRecord>();
  readonly #answered = new Event("the calls of a forgotten session");
  #link: Link | undefined;
  #transport: SeverableTransport | undefined;

  /** @param number which opening of the connection this is. */
  constructor(settings: ConnectionSettings, number: number) {
    this.#settings = settings;
    this.#number = number;
    this.#client = new Client({ ...settings.clientInfo });
    this.#tools = new ToolList((signal) => this.#listTools(signal));
    this.#client.setNotificationHandler("notifications/tools/list_changed", () => this.#tools.drop());
  }

  /** Aborts when the transport was closed from the other side, or the server has forgotten the session. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** How many requests wait for their answer. */
  get callsInFlight(): number {
    return this.#requests.size;
  }

  /**
   * Opens the link and shakes hands, within `connectTimeout`.
   *
   * **Cancellation:** gives up and closes what was opened.
   *
   * @throws {@link McpOpenFailedError} once what was opened is closed.
   */
  async open(): Promise<void> {
    const { name, connectTimeout } = this.#settings;
    const controller = new AbortController();
    try {
      await failAfter(connectTimeout, () => cancellable(runDetached(() => this.#connect(controller.signal))));
      // A server that went right after the handshake must not be lent: each call would open it again, and lose it.
      this.lost.throwIfAborted();
    } catch (error) {
      runDetached(() => controller.abort(error));
      // Why it did not open is worth more than why it did not close.
      await shielded(() => this.close()).catch(() => {});
      throw isCancelled(error) ? error : openFailure(name, error, this.#link?.process?.());
    }
  }

  callTool(params: CallToolRequest["params"], context: RequestContext): Promise<CallToolResult> {
    return this.#request(context, (signal) => this.#client.callTool(params, { signal, timeout: NEVER }));
  }

  listTools(context: RequestContext): Promise<readonly Tool[]> {
    return this.#request(context, (signal) => this.#tools.get(signal));
  }

  /**
   * Cuts the transport off, then ends the session and closes, within `closeTimeout`. Where the server has forgotten the
   * session, the calls in flight have up to a second to be refused first.
   *
   * **Cancellation:** gives the closing up; shield it.
   *
   * @throws what ending the session or closing throws, or TimeoutError.
   */
  async close(): Promise<void> {
    const link = this.#link;
    const transport = this.#transport;
    const { closeTimeout } = this.#settings;
    if (this.lost.reason instanceof McpSessionExpiredError && this.#requests.size > 0) {
      await moveOnAfter(Math.min(REFUSAL_GRACE, closeTimeout), () => this.#answered.wait());
    }
    transport?.sever();
    // A server that is gone, or has forgotten the session, keeps nothing to end.
    const endSession = this.lost.aborted ? undefined : link?.endSession;
    const share = endSession === undefined ? closeTimeout : closeTimeout / 2;
    try {
      await bounded(share, () => endSession?.());
    } finally {
      await bounded(share, () => transport?.closeInner());
    }
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const link = await this.#settings.openLink({ generation: this.#number, signal });
    if (signal.aborted) {
      await link.transport.close();
      return;
    }
    this.#link = link;
    this.#transport = new SeverableTransport(link.transport, () => this.#lose());
    await this.#client.connect(this.#transport, { timeout: NEVER });
  }

  #lose(): void {
    const attempted = `using ${this.#settings.name}`;
    this.#lost.abort(new McpConnectionLostError(attempted, true, this.#link?.process?.()));
  }

  /** Waits for the answer, the loss of the generation, the caller's signal or its scope's cancellation. */
  async #request<T>(context: RequestContext, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { record, lost, signal } = context;
    signal?.throwIfAborted();
    if (lost.aborted) throw lossFailure(record, lost.reason);
    this.#requests.add(record);
    try {
      return await withSignal((cancelled) => this.#race(context, cancelled, send));
    } finally {
      this.#requests.delete(record);
      if (this.#requests.size === 0 && lost.aborted) this.#answered.set();
    }
  }

  async #race<T>(
    context: RequestContext,
    cancelled: AbortSignal,
    send: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { record, lost, signal } = context;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const controller = new AbortController();
    const stop = (reason: unknown): void => {
      reject(reason);
      runDetached(() => controller.abort(CANCEL_REASON));
    };
    using listeners = new DisposableStack();
    listen(listeners, cancelled, () => stop(cancelled.reason));
    if (signal !== undefined) listen(listeners, signal, () => stop(signal.reason));
    listen(listeners, lost, () => {
      // Of a forgotten session it is soon told itself; close() bounds the wait.
      if (!(lost.reason instanceof McpSessionExpiredError)) reject(lossFailure(record, lost.reason));
    });
    record.sent = true;
    runDetached(() => send(controller.signal)).then(resolve, (error) => reject(this.#failure(record, error)));
    return await promise;
  }

  #failure(record: CallRecord, error: unknown): unknown {
    const isForgotten =
      error instanceof SdkHttpError && isSessionGone(error.status ?? 0) && this.#transport?.sessionId !== undefined;
    if (!isForgotten) return callFailure(record, error);
    this.#lost.abort(new McpSessionExpiredError(`using ${this.#settings.name}`));
    return new McpSessionExpiredError(record.attempted, { cause: error });
  }

  async #listTools(signal: AbortSignal): Promise<Tool[]> {
    // Asked without the capability, the official client writes to the console.
    if (this.#client.getServerCapabilities()?.tools === undefined) return [];
    const { tools } = await this.#client.listTools(undefined, { signal, timeout: NEVER });
    return tools;
  }
}

function listen(listeners: DisposableStack, signal: AbortSignal, onAbort: () => void): void {
  signal.addEventListener("abort", onAbort, { once: true });
  listeners.defer(() => signal.removeEventListener("abort", onAbort));
}

/** Takes a closing step, and gives it up when it takes too long. */
function bounded(timeout: number, step: () => Promise<void> | undefined): Promise<void> {
  return failAfter(timeout, () => cancellable(runDetached(async () => await step())));
}
