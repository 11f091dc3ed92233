/**
 * The triage server as a child process.
 *
 * @module
 */
import { startChild } from "../child-process.ts";
import type { TriageServerOptions } from "./triage-server.ts";

/** How {@link startTriageServer} sets up the server and its process. */
export interface StartTriageServerOptions extends TriageServerOptions {
  /** Aborting it while the server starts ends its process. */
  readonly signal?: AbortSignal;
}

/** A triage server in a process of its own. */
export interface TriageServerProcess {
  /** The MCP endpoint, `http://127.0.0.1:<port>/mcp`. */
  readonly url: string;
  readonly pid: number;
  /**
   * Ends the process: calls in flight have a second to finish; after four seconds it is killed.
   *
   * **Cancellation:** none; it is bounded.
   */
  close(): Promise<void>;
}

/**
 * Starts a triage server in a child process and resolves when it listens.
 *
 * The process ends with this one, even when this one is killed.
 *
 * **Cancellation:** an abort of `options.signal` ends the process and rejects with the signal's reason.
 *
 * @throws {@link ChildNotReadyError} when it does not come up, for instance because the port is in use.
 */
export async function startTriageServer(options: StartTriageServerOptions = {}): Promise<TriageServerProcess> {
  const { signal, ...argument } = options;
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const child = await startChild({
    entry: new URL(`./triage-server-main.${extension}`, import.meta.url),
    argument,
    name: "triage server",
    ...(signal === undefined ? {} : { signal }),
  });
  const { url } = child.ready as { readonly url: string };
  return { url, pid: child.pid, close: () => child.close() };
}
