/**
 * The client's end of a connection to a faulty server in the same process. What goes wrong below the messages shows here
 * as it does with the official HTTP transport: as an error of `send()`, or as a stream that ends without the answer.
 *
 * @module
 */
/* oxlint-disable unicorn/prefer-add-event-listener -- a Transport has callback properties and no events */
import {
  type JSONRPCMessage,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type RequestId,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  type Transport,
  type TransportSendOptions,
} from "@modelcontextprotocol/client";
import { Event } from "@holdfast/concurrency";
import type { McpFaultName, McpFaultScript } from "./faults.ts";
import { cancel, inFlight, messagesOf } from "./message-faults.ts";
import { acknowledgement, isModernRequest, isRequest, toolOf } from "./protocol.ts";
import type { InFlight, NotificationStream, ScriptedSession, ServerState } from "./server-state.ts";

const statuses: Readonly<Partial<Record<McpFaultName, number>>> = {
  "http-401": 401,
  "http-429": 429,
  "http-503": 503,
  "session-forgotten": 404,
  "session-gone": 410,
  "session-refused": 400,
};

/** These fail the sending itself, which therefore lasts until the server has run the call. */
const failing: ReadonlySet<McpFaultName | undefined> = new Set([
  "http-500",
  "http-502",
  "malformed-json",
  "not-json-rpc",
  "reset-before-headers",
]);

/** What a connection asks of the server that it leads to. */
export interface ServingServer {
  /** Told when the connection has ended, from whichever side. */
  closed(transport: LinkedTransport): void;
  restart(): void;
}

export class LinkedTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: JSONRPCMessage) => void) | undefined;
  sessionId?: string;
  readonly #state: ServerState;
  readonly #server: ServingServer;
  readonly #entries = new Set<InFlight>();
  readonly #gone = new Event("the client of a faulty server to go");
  /** Of a client without a session. */
  readonly #anonymous: ScriptedSession = { id: "", streams: new Set(), inFlight: new Map() };
  readonly #listening = new Map<RequestId, NotificationStream>();

  constructor(state: ServerState, server: ServingServer) {
    this.#state = state;
    this.#server = server;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  /** **Cancellation:** not felt; it lasts no longer than the server takes. */
  async send(message: JSONRPCMessage, options: TransportSendOptions = {}): Promise<void> {
    if (this.#gone.isSet) throw new SdkError(SdkErrorCode.NotConnected, "sending on a transport that was closed");
    // A copy, as there would be with bytes between the two.
    const copy = structuredClone(message);
    if (isRequest(copy)) await this.#request(copy, options);
    else if ("method" in copy) this.#notified(copy);
  }

  close(): Promise<void> {
    this.lose();
    return Promise.resolve();
  }

  /** Ends the connection, from whichever side. */
  lose(): void {
    if (this.#gone.isSet) return;
    this.#gone.set();
    for (const { controller } of this.#entries) controller.abort("the connection was closed");
    if (this.sessionId !== undefined) this.#state.endSession(this.sessionId);
    for (const id of this.#listening.keys()) this.#unsubscribe(id);
    this.#server.closed(this);
    this.onclose?.();
  }

  async #request(request: JSONRPCRequest, options: TransportSendOptions): Promise<void> {
    const { plan, ledger } = this.#state;
    ledger.received(request.method);
    const script = plan.strike(request.method, toolOf(request));
    const session = this.#session(request, script);
    if (request.method === "subscriptions/listen") this.#subscribe(request);
    else {
      const served = this.#serve(request, session, script, options);
      if (failing.has(script?.fault)) await served;
    }
  }

  /** @throws what the official transport would for the status that the server answers. */
  #session(request: JSONRPCRequest, script: McpFaultScript | undefined): ScriptedSession {
    const { sessions, ledger } = this.#state;
    if (script !== undefined) this.#refuse(script);
    if (request.method === "initialize") {
      ledger.add("initializes");
      if (script?.fault === "initialize-closes") return this.#anonymous;
      const session = this.#state.openSession();
      session.streams.add({ send: (message) => this.#deliver(message) });
      this.sessionId = session.id;
      return session;
    }
    if (isModernRequest(request) || this.sessionId === undefined) return this.#anonymous;
    const session = sessions.get(this.sessionId);
    if (session === undefined) throw httpError(404);
    return session;
  }

  #refuse({ fault }: McpFaultScript): void {
    const status = statuses[fault];
    if (status === 404 || status === 410) this.#state.endSession(this.sessionId ?? "");
    if (status !== undefined) throw httpError(status);
  }

  async #serve(
    request: JSONRPCRequest,
    session: ScriptedSession,
    script: McpFaultScript | undefined,
    options: TransportSendOptions,
  ): Promise<void> {
    const entry = inFlight(script);
    const { signal } = entry.controller;
    this.#entries.add(entry);
    session.inFlight.set(request.id, entry);
    this.#state.ledger.add("inFlight");
    try {
      const incoming = { request, session, script, entry, gone: this.#gone };
      const name = `answer to ${request.method} ${String(request.id)}`;
      const messages = await this.#state.serve(name, signal, () => messagesOf(this.#state, incoming));
      if (messages !== undefined) this.#answer(messages, script, options);
    } finally {
      this.#state.ledger.add("inFlight", -1);
      session.inFlight.delete(request.id);
      this.#entries.delete(entry);
    }
  }

  /** @throws what the official transport would. */
  #answer(
    messages: readonly JSONRPCMessage[],
    script: McpFaultScript | undefined,
    { onRequestStreamEnd }: TransportSendOptions,
  ): void {
    switch (script?.fault) {
      case "initialize-closes":
        this.lose();
        return;
      case "server-restarted":
        this.#server.restart();
        return;
      case "reset-before-headers":
        throw connectionReset();
      case "http-500":
      case "http-502":
        throw httpError(script.fault === "http-500" ? 500 : 502);
      case "malformed-json":
        throw new SyntaxError("Expected property name or '}' in JSON at position 1");
      case "not-json-rpc":
        throw Object.assign(new Error("the answer is no message"), { issues: ["not a JSON-RPC message"] });
      case "sse-end":
        onRequestStreamEnd?.();
        return;
      default:
        for (const message of messages) this.#deliver(message);
    }
  }

  #notified({ method, params }: JSONRPCNotification): void {
    this.#state.ledger.received(method);
    const script = this.#state.plan.strike(method);
    if (script !== undefined) this.#refuse(script);
    if (method !== "notifications/cancelled") return;
    const id = params?.["requestId"] as RequestId;
    const session = this.#state.sessions.get(this.sessionId ?? "") ?? this.#anonymous;
    const entry = session.inFlight.get(id);
    this.#state.ledger.add("cancels");
    if (entry !== undefined) cancel(entry);
    this.#unsubscribe(id);
  }

  #subscribe(request: JSONRPCRequest): void {
    const stream = { send: (message: JSONRPCMessage) => this.#deliver(message), subscription: request.id };
    this.#listening.set(request.id, stream);
    this.#state.listeners.add(stream);
    this.#state.ledger.add("streamsOpen");
    this.#deliver(acknowledgement(request));
  }

  #unsubscribe(id: RequestId): void {
    const stream = this.#listening.get(id);
    if (stream === undefined) return;
    this.#listening.delete(id);
    this.#state.listeners.delete(stream);
    this.#state.ledger.add("streamsOpen", -1);
  }

  #deliver(message: JSONRPCMessage): void {
    if (!this.#gone.isSet) this.onmessage?.(structuredClone(message));
  }
}

function httpError(status: number): SdkHttpError {
  const facts = { status, statusText: "", text: "" };
  return new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, `the server answered HTTP ${status}`, facts);
}

/** As fetch says that the other side has hung up. */
function connectionReset(): TypeError {
  const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" });
  return new TypeError("fetch failed", { cause });
}
