/**
 * The agent backend: four agents over HTTP, on this machine only.
 *
 * @module
 */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { z } from "zod";
import { PortInUseError } from "../errors.ts";
import { laneNames } from "../parameters.ts";
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
export interface Backend {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Stops listening, drains the runs, closes connections and lanes. A second call waits for the first. */
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
 * @throws {@link PortInUseError}; what the triage server's connection throws when it is not there.
 */
export async function createBackend(options: BackendOptions): Promise<Backend> {
  const { triageUrl, port, seed, modelMs, model, drainMs } = backendOptions.parse(options);
  const lanes = await createLanes({ triageUrl, seed, modelMs, ...(model === undefined ? {} : { model }) });
  const runs = new RunsInFlight();
  const closeLanes = async (): Promise<void> => {
    await Promise.allSettled([...lanes.values()].map((lane) => lane.close()));
  };
  const server = createAdaptorServer({ fetch: createApp(lanes, runs).fetch }) as Server;
  try {
    await listen(server, port);
  } catch (error) {
    await closeLanes();
    throw error;
  }
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await runs.drain(drainMs);
    // Answers are out by now; what is left are idle keep-alive connections.
    server.closeIdleConnections();
    await closeLanes();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => (closing ??= close()) };
}

async function listen(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", (error: NodeJS.ErrnoException) => {
    reject(error.code === "EADDRINUSE" ? new PortInUseError(port, { cause: error }) : error);
  });
  server.listen(port, "127.0.0.1", resolve);
  await promise;
}

/** The agents of the backend, for whoever asks for one that is not there. */
export const agentNames: readonly string[] = laneNames;
