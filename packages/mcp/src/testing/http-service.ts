/**
 * What the server over HTTP does with a request: whose session it is, which fault strikes it, what it is answered.
 *
 * @module
 */
import { text } from "node:stream/consumers";
import {
  type JSONRPCMessage,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type RequestId,
} from "@modelcontextprotocol/client";
import { mcpFaults, type McpFaultScript } from "./faults.ts";
import { eventOf, type HttpExchange } from "./http-exchange.ts";
import { type AnsweringServer, isRefused, respond } from "./http-faults.ts";
import { cancel, inFlight, messagesOf } from "./message-faults.ts";
import { acknowledgement, isModernRequest, isRequest, toolOf } from "./protocol.ts";
import type { InFlight, NotificationStream, ScriptedSession, ServerState } from "./server-state.ts";

/** What the service asks of the server around it. */
interface Surroundings {
  readonly restart: () => void;
  readonly elsewhere: () => string;
}

export class HttpService implements AnsweringServer {
  readonly state: ServerState;
  readonly answers: "json" | "sse";
  readonly restart: () => void;
  readonly #elsewhere: () => string;
  readonly #hasSessions: boolean;
  readonly #entries = new Set<InFlight>();
  readonly #kept = new Map<string, readonly JSONRPCMessage[]>();
  /** Of all clients without a session. */
  readonly #anonymous: ScriptedSession = { id: "", streams: new Set(), inFlight: new Map() };

  constructor(
    state: ServerState,
    options: { readonly answers?: "json" | "sse"; readonly sessions?: boolean },
    surroundings: Surroundings,
  ) {
    this.state = state;
    this.answers = options.answers ?? "sse";
    this.#hasSessions = options.sessions ?? true;
    this.restart = surroundings.restart;
    this.#elsewhere = surroundings.elsewhere;
  }

  get elsewhere(): string {
    return this.#elsewhere();
  }

  keepForResumption(messages: readonly JSONRPCMessage[]): string {
    const id = `kept-${this.#kept.size + 1}`;
    this.#kept.set(id, messages);
    return id;
  }

  /** Stops what is being served. */
  stop(): void {
    for (const { controller } of this.#entries) controller.abort("the server has stopped");
  }

  /** Answers a request. Never rejects: a client that hangs up is no fault of the server's. */
  async handle(exchange: HttpExchange): Promise<void> {
    const { method } = exchange.request;
    if (method === "GET") this.#get(exchange);
    else if (method === "DELETE") this.#delete(exchange);
    else if (method === "POST") {
      const body = await text(exchange.request).catch(() => undefined);
      if (body !== undefined) await this.#post(exchange, body);
    } else exchange.status(405);
  }

  async #post(exchange: HttpExchange, body: string): Promise<void> {
    const message = parsed(body);
    if (message === undefined) exchange.status(400);
    else if (isRequest(message)) await this.#request(exchange, message);
    else this.#notified(exchange, message);
  }

  async #request(exchange: HttpExchange, request: JSONRPCRequest): Promise<void> {
    const { ledger, plan } = this.state;
    ledger.received(request.method);
    if (request.method === "initialize") ledger.add("initializes");
    const script = plan.strike(request.method, toolOf(request));
    if (script !== undefined && !mcpFaults[script.fault].runs && isRefused(this, exchange, script)) return;
    const session = this.#sessionOf(exchange, request);
    if (session === undefined) return;
    if (request.method === "subscriptions/listen") this.#listen(exchange, request);
    else await this.#serve(exchange, request, session, script);
  }

  async #serve(
    exchange: HttpExchange,
    request: JSONRPCRequest,
    session: ScriptedSession,
    script: McpFaultScript | undefined,
  ): Promise<void> {
    const { ledger } = this.state;
    const { closed, response } = exchange;
    const entry = inFlight(script);
    const { signal } = entry.controller;
    const isModern = isModernRequest(request);
    this.#entries.add(entry);
    session.inFlight.set(request.id, entry);
    ledger.add("inFlight");
    response.on("close", () => {
      ledger.add("inFlight", -1);
      if (!isModern || !exchange.isAbandoned) return;
      ledger.add("cancels");
      cancel(entry);
    });
    const incoming = { request, session, script, entry, gone: closed };
    await this.state.serve(`answer to ${request.method} ${String(request.id)}`, signal, async () => {
      const messages = await messagesOf(this.state, incoming);
      if (!closed.isSet) await respond(this, exchange, script, messages);
      // The client has let go of the stream that the answer belongs to, and would hear it on its other one alone.
      else if (script?.fault === "late-answer") sendAll(session.streams, messages);
    });
    this.#entries.delete(entry);
    if (session.inFlight.get(request.id) === entry) session.inFlight.delete(request.id);
  }

  #notified(exchange: HttpExchange, message: Exclude<JSONRPCMessage, JSONRPCRequest>): void {
    if (!("method" in message)) {
      exchange.status(202);
      return;
    }
    this.state.ledger.received(message.method);
    const script = this.state.plan.strike(message.method);
    if (script !== undefined && isRefused(this, exchange, script)) return;
    const session = this.#sessionOf(exchange, message);
    if (session === undefined) return;
    if (message.method === "notifications/cancelled") {
      const entry = session.inFlight.get(message.params?.["requestId"] as RequestId);
      this.state.ledger.add("cancels");
      if (entry !== undefined) cancel(entry);
    }
    exchange.status(202);
  }

  /** The session that a message belongs to. Undefined once it was refused, because there is none of that name. */
  #sessionOf(exchange: HttpExchange, message: JSONRPCNotification | JSONRPCRequest): ScriptedSession | undefined {
    if (!this.#hasSessions || (this.state.isModern && isModernRequest(message))) return this.#anonymous;
    if (message.method === "initialize") {
      const session = this.state.openSession();
      exchange.response.setHeader("mcp-session-id", session.id);
      return session;
    }
    return this.#namedSession(exchange);
  }

  #namedSession(exchange: HttpExchange): ScriptedSession | undefined {
    const id = exchange.header("mcp-session-id");
    const session = this.state.sessions.get(id ?? "");
    if (session === undefined) exchange.status(id === undefined ? 400 : 404);
    return session;
  }

  #get(exchange: HttpExchange): void {
    this.state.ledger.received("GET");
    const script = this.state.plan.strike("GET");
    if (script !== undefined && isRefused(this, exchange, script)) return;
    if (script?.fault === "get-hangs") return;
    if (script?.fault === "get-drops") {
      exchange.beginEvents();
      exchange.response.end(": open\n\n");
      return;
    }
    const last = exchange.header("last-event-id");
    if (last !== undefined) {
      this.#resume(exchange, last);
      return;
    }
    const session = this.#hasSessions ? this.#namedSession(exchange) : this.#anonymous;
    if (session !== undefined) this.#stream(exchange, this.#hasSessions ? session.streams : this.state.listeners);
  }

  #resume(exchange: HttpExchange, last: string): void {
    const messages = this.#kept.get(last);
    if (messages === undefined) {
      exchange.status(405);
      return;
    }
    exchange.beginEvents();
    exchange.response.end(messages.map(eventOf).join(""));
  }

  #listen(exchange: HttpExchange, request: JSONRPCRequest): void {
    this.#stream(exchange, this.state.listeners, request.id);
    exchange.response.write(eventOf(acknowledgement(request)));
  }

  #stream(exchange: HttpExchange, streams: Set<NotificationStream>, subscription?: RequestId): void {
    const { response } = exchange;
    const send = (message: JSONRPCMessage): void => void response.write(eventOf(message));
    const stream: NotificationStream = subscription === undefined ? { send } : { send, subscription };
    exchange.beginEvents();
    streams.add(stream);
    this.state.ledger.add("streamsOpen");
    response.on("close", () => {
      streams.delete(stream);
      this.state.ledger.add("streamsOpen", -1);
    });
  }

  #delete(exchange: HttpExchange): void {
    this.state.ledger.received("DELETE");
    const script = this.state.plan.strike("DELETE");
    if (script !== undefined && isRefused(this, exchange, script)) return;
    const session = this.#namedSession(exchange);
    if (session === undefined) return;
    this.state.endSession(session.id);
    this.state.ledger.add("deletes");
    exchange.status(200);
  }
}

function parsed(body: string): JSONRPCMessage | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JSONRPCMessage) : undefined;
  } catch {
    return undefined;
  }
}

function sendAll(streams: Iterable<NotificationStream>, messages: readonly JSONRPCMessage[]): void {
  for (const { send } of streams) for (const message of messages) send(message);
}
