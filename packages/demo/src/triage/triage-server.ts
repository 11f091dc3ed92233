/**
 * The triage MCP server: six tools over a generated dataset, on Streamable HTTP with sessions, on this machine only.
 *
 * @module
 */
import type { Server } from "node:http";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { z } from "zod";
import { listenLocally, readOptions, refuseStranger } from "../local-server.ts";
import { createRandom } from "../random.ts";
import { createDataset } from "./dataset.ts";
import { TriageSessions, type TriageStatistics } from "./triage-sessions.ts";

/** How a triage server is set up. */
export interface TriageServerOptions {
  /** Draws the dataset and the latencies. Default 1. */
  readonly seed?: number;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Mean time of a tool call in milliseconds; lognormal with a coefficient of variation of 0.5. Default 40. */
  readonly toolMs?: number;
  /** What share of `toolMs` the quick look-up `who_owns` takes in the mean. Default 0.25. */
  readonly quickFactor?: number;
  /** Sessions open at once, at most. Default 1000. */
  readonly maxSessions?: number;
}

/** A triage server that listens. */
export interface TriageServer extends AsyncDisposable {
  /** The MCP endpoint, `http://127.0.0.1:<port>/mcp`. */
  readonly url: string;
  statistics(): TriageStatistics;
  /**
   * Stops listening, lets requests in flight finish for `graceMs` (default 1000), then closes sessions and connections.
   *
   * **Cancellation:** none; it ends within `graceMs` by itself. A second call waits for the first.
   */
  close(graceMs?: number): Promise<void>;
}

/**
 * Starts a triage server in this process and resolves once it listens.
 *
 * Beside `/mcp` it answers `GET /healthz` with its statistics.
 *
 * **Cancellation:** none; it waits for nothing outside this process.
 *
 * @throws {@link PortInUseError} when the port is taken, RangeError when an option is out of its range.
 */
export async function createTriageServer(options: TriageServerOptions = {}): Promise<TriageServer> {
  const { seed, port, toolMs, quickFactor, maxSessions } = readOptions("the triage server", optionsSchema, options);
  const sessions = new TriageSessions({
    dataset: createDataset(seed),
    random: createRandom(seed).fork("latency"),
    toolMs,
    quickFactor,
    maxSessions,
  });
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(async ({ req }, next) => {
    const refusal = refuseStranger(req.raw);
    if (refusal === undefined) await next();
    return refusal;
  });
  app.get("/healthz", (context) => context.json({ status: "ok", ...sessions.statistics() }));
  app.all("/mcp", ({ req, env }) => {
    const { promise: answered, resolve } = Promise.withResolvers<void>();
    env.outgoing.once("close", resolve);
    return sessions.handle(req.raw, answered);
  });

  // Without `overrideGlobalObjects: false` the adapter replaces Request and Response for the whole process.
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  const origin = await listenLocally(server, port);

  let closed: Promise<void> | undefined;
  const close = async (graceMs: number): Promise<void> => {
    const stopped = new Promise((resolve) => server.close(resolve));
    await sessions.close(graceMs);
    server.closeAllConnections();
    await stopped;
  };
  const triage: TriageServer = {
    url: `${origin}/mcp`,
    statistics: () => sessions.statistics(),
    close: (graceMs = 1_000) => (closed ??= close(graceMs)),
    [Symbol.asyncDispose]: () => triage.close(),
  };
  return triage;
}

const optionsSchema = z.strictObject({
  seed: z.int().default(1),
  port: z.int().min(0).max(65_535).default(0),
  toolMs: z.number().min(0).max(60_000).default(40),
  quickFactor: z.number().min(0).max(1).default(0.25),
  maxSessions: z.int().min(1).default(1_000),
});
