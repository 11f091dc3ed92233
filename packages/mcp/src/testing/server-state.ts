/**
 * What every form of a faulty server is made of: its tools, its sessions, its plan of faults and its ledger.
 *
 * @module
 */
import {
  type JSONRPCMessage,
  type RequestId,
  SUBSCRIPTION_ID_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/client";
import { Event, isCancelled, run, runDetached, type Runtime } from "@holdfast/concurrency";
import { FaultPlan } from "./fault-plan.ts";
import type { McpFaultName, McpFaultScript } from "./faults.ts";
import { defaultTools, type ScriptedTools } from "./scripted-tool.ts";
import { ServerLedger } from "./server-ledger.ts";

/** The revision without sessions. */
export const MODERN_VERSION = "2026-07-28";

/** Options of all faulty servers. */
export interface FaultyServerOptions<Name extends McpFaultName = McpFaultName> {
  /** The tools `echo` and `sum` when absent. */
  readonly tools?: ScriptedTools;
  /** Injected before the first request. */
  readonly faults?: readonly McpFaultScript<Name>[];
  /** The protocol versions it speaks; all from 2025-03-26 to 2026-07-28 when absent. */
  readonly versions?: readonly string[];
  /** Where its delays pass and its tools run, such as the one that `runVirtually` gives; the system's when absent. */
  readonly runtime?: Runtime;
}

/** A request that has not been answered. */
export interface InFlight {
  /** Set when the client cancels it. */
  readonly cancelled: Event;
  /** Stops what serves it. */
  readonly controller: AbortController;
  /** Whether it is served on after its cancellation, for an answer that comes too late. */
  readonly outlivesCancel: boolean;
}

/** Where notifications go that belong to no request. */
export interface NotificationStream {
  readonly send: (message: JSONRPCMessage) => void;
  /** Of `subscriptions/listen`: what its notifications must name. */
  readonly subscription?: RequestId;
}

/** A client, as the server knows it. */
export interface ScriptedSession {
  readonly id: string;
  readonly streams: Set<NotificationStream>;
  readonly inFlight: Map<RequestId, InFlight>;
}

/** How a notification of changed tools looks. */
export const toolsChanged: JSONRPCMessage = { jsonrpc: "2.0", method: "notifications/tools/list_changed" };

export class ServerState {
  readonly plan: FaultPlan;
  readonly ledger: ServerLedger = new ServerLedger();
  readonly sessions: Map<string, ScriptedSession> = new Map<string, ScriptedSession>();
  /** The streams of `subscriptions/listen`, which belong to no session. */
  readonly listeners: Set<NotificationStream> = new Set<NotificationStream>();
  readonly tools: ScriptedTools;
  readonly versions: readonly string[];
  readonly #runtime: Runtime | undefined;
  readonly #serving = new Set<Promise<unknown>>();
  /** 1, and one more for each restart. */
  epoch = 1;
  /** How many lists `list-changes` has made. */
  listsChanged = 0;
  #opened = 0;

  /** @param overHttp whether the faults of HTTP alone can strike. */
  constructor(options: FaultyServerOptions, overHttp: boolean) {
    const { tools = defaultTools, faults = [], versions, runtime } = options;
    const all = [MODERN_VERSION, ...SUPPORTED_PROTOCOL_VERSIONS].filter((version) => version >= "2025-03-26");
    this.plan = new FaultPlan(overHttp);
    this.tools = tools;
    this.versions = versions ?? all;
    this.#runtime = runtime;
    for (const script of faults) this.plan.add(script);
  }

  /** Whether it speaks the revision without sessions. */
  get isModern(): boolean {
    return this.versions.includes(MODERN_VERSION);
  }

  /** The versions with sessions, newest first. */
  get legacyVersions(): readonly string[] {
    return this.versions.filter((version) => version < MODERN_VERSION);
  }

  openSession(): ScriptedSession {
    this.#opened += 1;
    const session: ScriptedSession = { id: `session-${this.#opened}`, streams: new Set(), inFlight: new Map() };
    this.sessions.set(session.id, session);
    this.ledger.add("sessionsOpen");
    return session;
  }

  /** Forgets one session; false when there is none of that name. */
  endSession(id: string): boolean {
    if (!this.sessions.delete(id)) return false;
    this.ledger.add("sessionsOpen", -1);
    return true;
  }

  forgetSessions(): void {
    for (const id of this.sessions.keys()) this.endSession(id);
  }

  restart(): void {
    this.epoch += 1;
    this.forgetSessions();
  }

  /** Sends a notification of changed tools on the streams that are open for it, and says whether there was any. */
  announceChange(sessions: Iterable<ScriptedSession>): boolean {
    const streams = [...this.listeners, ...[...sessions].flatMap((session) => [...session.streams])];
    for (const { send, subscription } of streams) {
      const params = { _meta: { [SUBSCRIPTION_ID_META_KEY]: subscription } };
      send(subscription === undefined ? toolsChanged : { ...toolsChanged, params });
    }
    return streams.length > 0;
  }

  /**
   * Serves a request: runs a function as a root task of its own on the server's runtime, so that its waits are on that
   * clock, and no frame of the client's is in it.
   *
   * **Cancellation:** by the signal alone; then it resolves with undefined.
   *
   * @throws what the function throws.
   */
  async serve<T>(name: string, signal: AbortSignal, fn: () => Promise<T>): Promise<T | undefined> {
    const runtime = this.#runtime;
    const serving = runDetached(() => run(fn, { name, signal, ...(runtime && { runtime }) }));
    this.#serving.add(serving);
    try {
      return await serving;
    } catch (error) {
      if (signal.aborted && isCancelled(error)) return undefined;
      throw error;
    } finally {
      this.#serving.delete(serving);
    }
  }

  /** Waits until nothing is served any more. */
  async waitServed(): Promise<void> {
    while (this.#serving.size > 0) await Promise.allSettled(this.#serving);
  }
}
