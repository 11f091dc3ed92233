/**
 * The agent backend: four agents over HTTP, on this machine only.
 *
 * @module
 */
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { z } from "zod";
import { listenLocally, readOptions } from "../local-server.ts";
import { createApp } from "./app.ts";
import { createLanes } from "./lanes.ts";
import { RunsInFlight } from "./runs-in-flight.ts";

/** How a backend is set up. */
export interface BackendOptions {
  /** The triage server's MCP endpoint. */
  readonly triageUrl: string;
  /** Default 0: any free port. */
  readonly port?: number;
  readonly seed?: number;
  /** Mean time of a scripted model call, in milliseconds. */
  readonly modelMs?: number;
  /** A real model in place of the scripted one, as `loadModel` reads it. */
  readonly model?: string;
  /** Milliseconds that runs get to finish at a shutdown before they are cancelled. Default 1000. */
  readonly drainMs?: number;
}

/** A backend that listens. */
export interface Backend extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /**
   * Stops listening, drains the runs, closes connections and lanes. A second call waits for the first.
   *
   * **Cancellation:** none; runs that are left after `drainMs` are cancelled.
   */
  close(): Promise<void>;
}

const backendOptions = z.strictObject({
  triageUrl: z.url(),
  port: z.int().min(0).max(65_535).default(0),
  seed: z.int().default(1),
  modelMs: z.number().min(0).default(200),
  model: z.string().optional(),
  drainMs: z.number().min(0).default(1_000),
});

/**
 * Starts a backend in this process and resolves once it listens.
 *
 * **Cancellation:** none.
 *
 * @throws RangeError when an option is out of its range; {@link PortInUseError}; {@link ModelUnavailableError}; what the
 * triage server's connection throws when it is not there.
 */
export async function createBackend(options: BackendOptions): Promise<Backend> {
  const { port, drainMs, ...lanesOptions } = readOptions("the agent backend", backendOptions, options);
  const lanes = await createLanes(lanesOptions);
  const runs = new RunsInFlight();
  const closeLanes = async (): Promise<void> => {
    await Promise.allSettled([...lanes.values()].map((lane) => lane.close()));
  };
  // The adapter must replace the global Request: the body limit rebuilds a chunked request, and the original cannot.
  const server = createAdaptorServer({ fetch: createApp(lanes, runs).fetch }) as Server;
  let url: string;
  try {
    url = await listenLocally(server, port);
  } catch (error) {
    await closeLanes();
    throw error;
  }

  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const stopped = new Promise((resolve) => server.close(resolve));
    await runs.drain(drainMs);
    await closeLanes();
    server.closeAllConnections();
    await stopped;
  };
  const backend: Backend = {
    url,
    close: () => (closed ??= close()),
    [Symbol.asyncDispose]: () => backend.close(),
  };
  return backend;
}
