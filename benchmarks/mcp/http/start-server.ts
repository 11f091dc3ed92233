/**
 * Starts the server of the HTTP rows. Each contestant has one of its own, so that none meets what another left behind.
 *
 * @module
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** Gives the URL of a server that answers as `json` or `sse`. It ends with this process. */
export async function startServer(answers: string): Promise<string> {
  const server = fork(join(import.meta.dirname, "server-main.ts"), [answers], { execArgv: [] });
  const [url] = (await once(server, "message")) as [string];
  return url;
}
