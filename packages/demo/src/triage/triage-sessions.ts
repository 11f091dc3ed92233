/**
 * The sessions of the triage server: Streamable HTTP with `Mcp-Session-Id`, as protocol 2025-11-25 has it.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { WebStandardStreamableHTTPServerTransport, type McpServer } from "@modelcontextprotocol/server";
import type { Random } from "../random.ts";
import type { Dataset } from "./dataset.ts";
import { createLatency, type Latency, type LatencyOptions } from "./triage-latency.ts";
import { createTriageMcp } from "./triage-tools.ts";

/** What {@link TriageSessions} needs. */
export interface TriageSessionsOptions extends LatencyOptions {
  readonly dataset: Dataset;
  /** Draws the latencies. */
  readonly random: Random;
  /** Sessions open at once, at most. */
  readonly maxSessions: number;
}

/** Counts since the server started. */
export interface TriageStatistics {
  /** Sessions opened: the number of `initialize` requests that were answered. */
  readonly sessionsOpened: number;
  readonly sessionsOpen: number;
  /** Tool calls whose arguments were valid. */
  readonly toolCalls: number;
}

interface Session {
  readonly server: McpServer;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  requestsInFlight: number;
}

/**
 * Opens, finds and closes sessions; each has an MCP server of its own over the shared dataset.
 *
 * Bounded: when `maxSessions` are open, the one that was used least recently and has no request in flight makes room, since
 * clients that go away without a DELETE are never heard of again. Its client, if it lives, gets the 404 that tells it to
 * initialize anew. When every session is busy, a new one is refused with 503.
 */
export class TriageSessions {
  /** Least recently used first. */
  readonly #open = new Map<string, Session>();
  readonly #options: TriageSessionsOptions;
  readonly #inFlight = new Set<Promise<void>>();
  #opening = 0;
  #opened = 0;
  #toolCalls = 0;
  #closing = false;

  constructor(options: TriageSessionsOptions) {
    this.#options = options;
  }

  /** Answers a request to the MCP endpoint; `answered` resolves when the answer has left, or its reader has. */
  async handle(request: Request, answered: Promise<void>): Promise<Response> {
    if (this.#closing) return refuse(503, "the server is closing");
    const id = request.headers.get("mcp-session-id");
    if (id === null) return this.#openSession(request, answered);
    const session = this.#open.get(id);
    if (session === undefined) return refuse(404, "Session not found");
    this.#open.delete(id);
    this.#open.set(id, session);
    return this.#handleIn(session, request, answered);
  }

  /**
   * Refuses what comes now, lets requests in flight finish for `graceMs`, then closes all sessions.
   *
   * **Cancellation:** none; `graceMs` bounds it.
   */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    const graceEnd = new AbortController();
    await Promise.race([
      Promise.all(this.#inFlight),
      delay(graceMs, undefined, { signal: graceEnd.signal }).catch(() => {}),
    ]);
    graceEnd.abort();
    await Promise.all([...this.#open.keys()].map((id) => this.#closeSession(id)));
  }

  statistics(): TriageStatistics {
    return Object.freeze({
      sessionsOpened: this.#opened,
      sessionsOpen: this.#open.size,
      toolCalls: this.#toolCalls,
    });
  }

  /** Serves a request without a session: `initialize` opens one, and the transport refuses anything else with 400. */
  async #openSession(request: Request, answered: Promise<void>): Promise<Response> {
    this.#opening += 1;
    try {
      // Those that open just now count, or a burst of them would pass the limit together.
      if (this.#open.size + this.#opening > this.#options.maxSessions && !(await this.#closeIdleSession())) {
        return refuse(503, `all ${this.#options.maxSessions} sessions are busy`);
      }
      const session = this.#createSession();
      await session.server.connect(session.transport);
      const response = await this.#handleIn(session, request, answered);
      if (session.transport.sessionId === undefined) await session.server.close();
      return response;
    } finally {
      this.#opening -= 1;
    }
  }

  #createSession(): Session {
    const { dataset, random } = this.#options;
    let latency: Latency | undefined;
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        this.#opened += 1;
        this.#open.set(id, session);
        // By ordinal and not by id: the ids are random, the latencies must not be.
        latency = createLatency(random.fork(`session ${this.#opened}`), this.#options);
      },
      onsessionclosed: (id) => {
        this.#open.delete(id);
      },
    });
    const server = createTriageMcp(dataset, async (tool, { id, signal }) => {
      this.#toolCalls += 1;
      try {
        await delay(latency?.(tool), undefined, { signal });
      } catch (error) {
        // A cancelled request gets no answer; unless it is closed, its stream stays open as long as the client does.
        transport.closeSSEStream(id);
        throw error;
      }
    });
    const session: Session = { server, transport, requestsInFlight: 0 };
    return session;
  }

  async #handleIn(session: Session, request: Request, answered: Promise<void>): Promise<Response> {
    // The answer to a GET is the stream for what the server says unasked; it lasts as long as the session.
    if (request.method === "POST") {
      session.requestsInFlight += 1;
      const sent = answered.then(() => {
        session.requestsInFlight -= 1;
        this.#inFlight.delete(sent);
      });
      this.#inFlight.add(sent);
    }
    return session.transport.handleRequest(request);
  }

  async #closeIdleSession(): Promise<boolean> {
    const [id] = this.#open.entries().find(([, { requestsInFlight }]) => requestsInFlight === 0) ?? [];
    if (id !== undefined) await this.#closeSession(id);
    return id !== undefined;
  }

  async #closeSession(id: string): Promise<void> {
    const session = this.#open.get(id);
    this.#open.delete(id);
    await session?.server.close();
  }
}

/** The shape in which the SDK's transport refuses, with the error code it uses for the status. */
function refuse(status: 404 | 503, message: string): Response {
  const code = status === 404 ? -32_001 : -32_000;
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status });
}
