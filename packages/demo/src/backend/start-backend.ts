/**
 * The backend as a child process.
 *
 * @module
 */
import { startChild } from "../child-process.ts";
import type { BackendOptions } from "./backend.ts";

/** A backend in a process of its own. */
export interface BackendProcess {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly pid: number;
  /** Resolves when the process has ended. */
  readonly exited: Promise<number | null>;
  /** Ends the process: runs in flight are drained; after some seconds it is killed. */
  close(): Promise<void>;
}

/**
 * Starts a backend in a child process and resolves when it listens. The process ends with this one, even when this one
 * is killed.
 *
 * **Cancellation:** an abort of `signal` while it starts ends the process and rejects with the signal's reason.
 *
 * @throws {@link ChildNotReadyError} when it does not come up.
 */
export async function startBackend(options: BackendOptions, signal?: AbortSignal): Promise<BackendProcess> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const child = await startChild({
    entry: new URL(`./backend-main.${extension}`, import.meta.url),
    argument: options,
    name: "agent backend",
    ...(signal === undefined ? {} : { signal }),
  });
  const { url } = child.ready as { readonly url: string };
  return { url, pid: child.pid, exited: child.exited, close: () => child.close(8_000) };
}
