/**
 * A server of the user's that stands beside a reproduction, in the same tree.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { ServerNotStartedError } from "../project-errors.ts";
import { killGroup, type RunOptions } from "../run-program.ts";

/** What is started, and how one knows that it is up. */
export interface TreeServer {
  /** Run by `sh`. */
  readonly command: string;
  /** Its port takes connections once the server is up. */
  readonly url: string;
}

/** Milliseconds. */
const longestStart = 60_000;
/** Milliseconds between two looks. */
const look = 50;
/** Milliseconds: a host that answers nothing at all is looked at again, and an interruption felt in between. */
const longestLook = 1_000;

/**
 * Starts a server and waits until its port takes connections. Dispose of it to end it with all that it has started.
 *
 * **Cancellation:** an aborted signal ends the server and rejects with its reason.
 *
 * @throws ServerNotStartedError when it ends first, when it is not up within a minute, or when something else has the port.
 */
export async function startServer({ command, url }: TreeServer, options: RunOptions): Promise<AsyncDisposable> {
  const { cwd, signal, env = {} } = options;
  signal?.throwIfAborted();
  if (await answers(url)) {
    throw new ServerNotStartedError(
      command,
      `something answers at ${new URL(url).origin} already; end it, or use another port`,
    );
  }
  const child = spawn("sh", ["-c", command], { cwd, stdio: "ignore", detached: true, env: { ...process.env, ...env } });
  const ended = new Promise<void>((resolve) => {
    child.on("error", () => resolve());
    child.on("exit", () => resolve());
  });
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  const stop = async (): Promise<void> => {
    killGroup(child.pid);
    await ended;
  };
  const latest = performance.now() + longestStart;
  try {
    while (!(await answers(url))) {
      signal?.throwIfAborted();
      if (hasEnded)
        throw new ServerNotStartedError(
          command,
          "it ended before its port took connections; run it by hand to see why",
        );
      if (performance.now() > latest)
        throw new ServerNotStartedError(command, `nothing answers at ${new URL(url).origin} after a minute`);
      await pause(look);
    }
    return { [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function answers(url: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const host = hostname.replaceAll(/^\[|\]$/g, "");
  const socket = connect({ host, port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port) });
  socket.on("connect", () => resolve(true));
  socket.on("error", () => resolve(false));
  socket.setTimeout(longestLook, () => resolve(false));
  return await promise.finally(() => socket.destroy());
}
