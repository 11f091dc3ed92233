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
  type Client,
  type GetPromptResult,
  type Prompt,
  type ReadResourceResult,
  type RequestOptions,
  type Resource,
  type ResourceTemplateType,
  SdkHttpError,
  type Tool,
} from "@modelcontextprotocol/client";
import {
  cancellable,
  currentTime,
  Event,
  failAfter,
  isCancelled,
  moveOnAfter,
  runDetached,
  shielded,
} from "@holdfast/concurrency";
import { type CallRecord, sentOptions } from "./call-record.ts";
import { NEVER } from "./client-timeout.ts";
import { Deadlines } from "./deadlines.ts";
import { McpClosedError, McpConnectionLostError, McpSessionExpiredError } from "./errors.ts";
import { callFailure, isNotConnected, isRefusedConnection, lossFailure, openFailure } from "./failures.ts";
import { isSessionGone } from "./http-link.ts";
import { LinkedList } from "./linked-list.ts";
import { Opening, type OpeningHost, type Wire } from "./opening.ts";
import type { ConnectionSettings } from "./options.ts";
import { PendingCall } from "./pending-call.ts";
import { ProgressReports, tell } from "./progress.ts";
import { factsOf, type McpServerFacts } from "./server-facts.ts";
import { type RequestWishes, ServerRequests } from "./server-requests.ts";

/** What a request is made under. */
export interface RequestContext {
  readonly record: CallRecord;
  /** Of the caller, where it has one. */
  readonly signal: AbortSignal | undefined;
  /** Milliseconds that it may take; undefined where the scope around it has the limit. */
  readonly limit?: number | undefined;
}

/**
 * How long the calls in flight of a forgotten session may take to be refused as well, in milliseconds. They were sent
 * before the first refusal came, so a round trip does; cut off instead, they could not say that they did not run.
 */
export const REFUSAL_GRACE = 1_000;
/** How long the opening waits for the server to take the level of its log, in milliseconds; it is no reason to fail. */
const LOG_PATIENCE = 2_000;

export class ClientGeneration implements OpeningHost {
  readonly settings: ConnectionSettings;
  readonly generation: number;
  readonly #opening: Opening = new Opening(this);
  readonly progress: ProgressReports = new ProgressReports();
  readonly #lost = new AbortController();
  readonly #calls = new LinkedList<PendingCall<unknown>>();
  readonly #deadlines = new Deadlines();
  readonly #pins = new Set<object>();
  readonly #answered = new Event("the calls of a forgotten session");
  #server: ServerRequests | undefined;
  #isBroken = false;
  #isClosed = false;

  /** @param number which opening of the connection this is. */
  constructor(settings: ConnectionSettings, number: number) {
    this.settings = settings;
    this.generation = number;
  }

  /** Aborts when the transport was closed from the other side, or the server has forgotten the session. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** How many requests wait for their answer. */
  get callsInFlight(): number {
    return this.#calls.size;
  }

  /**
   * Opens the link and shakes hands, within `connectTimeout`.
   *
   * **Cancellation:** gives up and closes what was opened.
   *
   * @throws {@link McpOpenFailedError} once what was opened is closed.
   */
  async open(): Promise<void> {
    const { name, connectTimeout } = this.settings;
    this.#deadlines.begin();
    try {
      await failAfter(connectTimeout, () => this.#open());
      // A server that went right after the handshake must not be lent: each call would open it again, and lose it.
      this.lost.throwIfAborted();
    } catch (error) {
      this.#opening.abort(error);
      // Why it did not open is worth more than why it did not close.
      await shielded(() => this.close()).catch(() => {});
      throw isCancelled(error) ? error : openFailure(name, error, this.#wire?.link.process?.());
    }
  }

  /** What the server has said of itself. */
  get facts(): McpServerFacts {
    return factsOf(this.#opening.client as Client);
  }

  callTool(params: CallToolRequest["params"], wishes: RequestWishes, context: RequestContext): Promise<CallToolResult> {
    return this.#ask(context, (server, options) => server.callTool(params, wishes, context.record, options));
  }

  listTools(context: RequestContext): Promise<readonly Tool[]> {
    const now = currentTime();
    return this.#request(context, (signal) => (this.#server as ServerRequests).listTools(signal, now));
  }

  listResources(context: RequestContext): Promise<readonly Resource[]> {
    return this.#ask(context, (server, options) => server.listResources(options));
  }

  listResourceTemplates(context: RequestContext): Promise<readonly ResourceTemplateType[]> {
    return this.#ask(context, (server, options) => server.listResourceTemplates(options));
  }

  readResource(uri: string, wishes: RequestWishes, context: RequestContext): Promise<ReadResourceResult> {
    return this.#ask(context, (server, options) => server.readResource(uri, wishes, context.record, options));
  }

  listPrompts(context: RequestContext): Promise<readonly Prompt[]> {
    return this.#ask(context, (server, options) => server.listPrompts(options));
  }

  getPrompt(
    name: string,
    args: Readonly<Record<string, string>>,
    wishes: RequestWishes,
    context: RequestContext,
  ): Promise<GetPromptResult> {
    return this.#ask(context, (server, options) => server.getPrompt(name, args, wishes, context.record, options));
  }

  /** The tools as they were listed last; undefined when they never were, or have changed since. */
  get knownTools(): readonly Tool[] | undefined {
    return this.#server?.knownTools;
  }

  /**
   * Asks for the tools again, also where they are known: what was listed before something went wrong may not be so now.
   *
   * **Cancellation:** as `listTools`.
   */
  relistTools(context: RequestContext): Promise<readonly Tool[]> {
    this.#server?.dropTools();
    return this.listTools(context);
  }

  /** Says that somebody relies on this very generation, until the function that it gives is called. */
  pin(): () => void {
    const pin = {};
    this.#pins.add(pin);
    return () => void this.#pins.delete(pin);
  }

  /**
   * Waits until a generation whose transport has ended is told to be lost, which may take until the last words of its
   * process were read. Of no other generation it waits for anything.
   *
   * **Cancellation:** ends the waiting.
   */
  async over(): Promise<void> {
    const { lost } = this;
    if (!this.#isBroken || lost.aborted) return;
    const told = new Promise<void>((resolve) => lost.addEventListener("abort", () => resolve(), { once: true }));
    await moveOnAfter(REFUSAL_GRACE, () => cancellable(told));
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
    const { link, transport } = this.#wire ?? {};
    const { closeTimeout } = this.settings;
    this.#isClosed = true;
    if (!this.lost.aborted) {
      for (const call of this.#calls) call.stop(new McpClosedError(call.record.attempted, call.record.sent));
    } else if (this.lost.reason instanceof McpSessionExpiredError && this.#calls.size > 0) {
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
      await this.#deadlines.end();
    }
  }

  hungUp(wire: Wire): void {
    if (wire === this.#wire && this.#server !== undefined) this.#lose();
  }

  /** Puts the handlers on a client. */
  created(client: Client): void {
    const { onLog } = this.settings;
    if (onLog === undefined) return;
    client.setNotificationHandler("notifications/message", ({ params: { level, logger, data } }) => {
      tell(onLog, Object.freeze({ level, ...(logger !== undefined && { logger }), data }));
    });
  }

  get #wire(): Wire | undefined {
    return this.#opening.wire;
  }

  async #open(): Promise<void> {
    await this.#opening.run();
    const client = this.#opening.client as Client;
    this.#server = new ServerRequests(client, this.settings, this.progress);
    // What went before was for the opening to notice, which knows how to open again.
    if (this.#wire?.transport.isSevered === true) this.#lose();
    const { logLevel } = this.settings;
    const isAsked = client.getProtocolEra() === "legacy" && client.getServerCapabilities()?.logging !== undefined;
    if (logLevel === undefined || !isAsked) return;
    const asking = runDetached(() => client.setLoggingLevel(logLevel, { timeout: NEVER })).catch(() => {});
    await moveOnAfter(LOG_PATIENCE, () => cancellable(asking));
  }

  #lose(): void {
    const attempted = `using ${this.settings.name}`;
    this.#end(new McpConnectionLostError(attempted, true, this.#wire?.link.process?.()));
  }

  /** Says that this generation is lost, first of all to the calls that wait on it. */
  #end(reason: McpConnectionLostError | McpSessionExpiredError): void {
    if (this.lost.aborted) return;
    this.#lost.abort(reason);
    // Of a forgotten session each is soon told itself; close() bounds the wait.
    if (reason instanceof McpSessionExpiredError) return;
    for (const call of this.#calls) call.stop(lossFailure(call.record, reason));
  }

  /** Makes a request of one caller. */
  #ask<T>(context: RequestContext, send: (server: ServerRequests, options: RequestOptions) => Promise<T>): Promise<T> {
    const { record } = context;
    return this.#request(context, (signal) => send(this.#server as ServerRequests, sentOptions(record, signal)));
  }

  /** Waits for the answer, the loss of the generation, the caller's signal or its scope's cancellation. */
  async #request<T>({ record, signal, limit }: RequestContext, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    if (this.lost.aborted) throw lossFailure(record, this.lost.reason);
    if (this.#isClosed) throw new McpClosedError(record.attempted, false);
    const call = new PendingCall<T>(record, limit);
    const forget = signal && call.follow(signal);
    const watched = limit === undefined ? undefined : this.#deadlines.add(call, limit);
    const link = this.#calls.add(call);
    record.sent = true;
    runDetached(() => send(call.signal)).then(
      (value) => call.settle(value),
      (error: unknown) => call.fail(this.#failure(record, error)),
    );
    try {
      await call.ended();
      return call.result;
    } catch (error) {
      // It has not ended where that is a cancellation.
      call.letGo();
      throw error;
    } finally {
      forget?.();
      if (watched !== undefined) this.#deadlines.remove(watched);
      this.#calls.remove(link);
      if (this.#calls.size === 0 && this.lost.aborted) this.#answered.set();
    }
  }

  #failure(record: CallRecord, error: unknown): unknown {
    if (!this.#isForgotten(error)) {
      if (isNotConnected(error)) this.#isBroken = true;
      else if (isRefusedConnection(error)) this.#giveUp(record, error);
      return callFailure(record, error);
    }
    this.#end(new McpSessionExpiredError(`using ${this.settings.name}`));
    return new McpSessionExpiredError(record.attempted, { cause: error });
  }

  #isForgotten(error: unknown): boolean {
    if (!(error instanceof SdkHttpError) || this.#wire?.transport.sessionId === undefined) return false;
    return isSessionGone(error.status) || this.#wire?.link.isSessionGone?.(error) === true;
  }

  /**
   * Ends a generation whose server cannot be reached, unless somebody has an answer to come or relies on it: a server that
   * shuts down takes no new connections, and still answers what it has.
   */
  #giveUp(record: CallRecord, cause: unknown): void {
    for (const call of this.#calls) if (call.record !== record && call.record.sent) return;
    if (this.#pins.size > 0) return;
    // Of a foreign transport it says otherwise, and this call is told of the loss as well.
    record.sent = false;
    this.#end(new McpConnectionLostError(`using ${this.settings.name}`, false, { cause }));
  }
}

/** Takes a closing step, and gives it up when it takes too long. */
function bounded(timeout: number, step: () => Promise<void> | undefined): Promise<void> {
  return failAfter(timeout, () => cancellable(runDetached(async () => await step())));
}
