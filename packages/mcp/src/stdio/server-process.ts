/**
 * The process of a server: started in a group of its own, listened to until its end, and ended with all that it has
 * started itself.
 *
 * @module
 */
import type { ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { Event, moveOnAfter, sleep } from "@holdfast/concurrency";
import { guardAtExit, releaseAtExit } from "./exit-guard.ts";
import { hasProcessGroups, ProcessGroup } from "./process-group.ts";
import { type ServerCommand, spawnServer } from "./server-command.ts";
import { ServerStartError } from "./server-start-error.ts";

/** How a process ended: one of the two. */
export interface ProcessExit {
  readonly exitCode?: number;
  readonly signal?: NodeJS.Signals;
}

/**
 * The shares of the time for closing: for ending by itself once its input has ended, for ending on SIGTERM, and for being
 * gone after SIGKILL. What is left of the whole is for the rest of the closing.
 */
const SHARES = { input: 0.4, terminate: 0.4, kill: 0.1, drain: 0.05 };
/** How often it is looked whether a group is gone whose leader is, in milliseconds; nothing tells of its end. */
const LOOK_EVERY = 20;

/** A process that was started, or could not be. Create it outside every task: it calls back for its whole life. */
export class ServerProcess {
  /** Resolves once it runs. */
  readonly started: Promise<void>;
  /** Set when the process itself has ended; others of its group may still run, and hold its pipes. */
  readonly exited: Event = new Event("the end of the server process");
  /** Set when it has ended and all that was in its pipes has been read. */
  readonly drained: Event = new Event("the end of what the server process wrote");
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Absent when it could not be started. */
  readonly #group: ProcessGroup | undefined;
  #exit: ProcessExit | undefined;
  #ending: Promise<void> | undefined;

  /** @throws {@link ServerStartError} for a command that no system would run; others reject `started`. */
  constructor(server: ServerCommand) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.started = promise;
    try {
      this.#child = spawnServer(server);
    } catch (error) {
      throw new ServerStartError(server, error);
    }
    const child = this.#child;
    this.#group = child.pid === undefined ? undefined : new ProcessGroup(child.pid);
    if (this.#group !== undefined) guardAtExit(this.#group);
    child.on("spawn", resolve);
    child.on("error", (error) => {
      reject(new ServerStartError(server, error));
      if (child.pid === undefined) this.#ended();
    });
    child.on("exit", (code, signal) => {
      this.#exit = signal === null ? { exitCode: code as number } : { signal };
      if (!hasProcessGroups) this.#group?.markGone();
      this.exited.set();
    });
    child.on("close", () => this.#ended());
  }

  get stdin(): Writable {
    return this.#child.stdin;
  }

  get stdout(): Readable {
    return this.#child.stdout;
  }

  get stderr(): Readable {
    return this.#child.stderr;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** How it ended; undefined while it runs. */
  get exit(): ProcessExit | undefined {
    return this.#exit;
  }

  /**
   * Ends the process and all of its group within `timeout` milliseconds, and lets go of its pipes: by the end of its
   * input, then by SIGTERM, then by SIGKILL. Idempotent; never rejects.
   *
   * **Cancellation:** none; `timeout` bounds it. Call it outside every task.
   */
  end(timeout: number): Promise<void> {
    return (this.#ending ??= this.#end(timeout));
  }

  async #end(timeout: number): Promise<void> {
    const group = this.#group;
    this.stdin.end();
    await moveOnAfter(timeout * SHARES.input, () => this.exited.wait());
    if (group?.isAlive === true) {
      group.signal("SIGTERM");
      await moveOnAfter(timeout * SHARES.terminate, () => this.#gone(group));
    }
    if (group?.isAlive === true) {
      group.signal("SIGKILL");
      await moveOnAfter(timeout * SHARES.kill, () => this.#gone(group));
    }
    // What was already written is still to be read, where nobody outside the group holds the pipes.
    await moveOnAfter(timeout * SHARES.drain, () => this.drained.wait());
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream.destroy();
    if (group !== undefined) releaseAtExit(group);
  }

  async #gone(group: ProcessGroup): Promise<void> {
    await this.exited.wait();
    while (group.isAlive) await sleep(LOOK_EVERY);
  }

  #ended(): void {
    this.exited.set();
    this.drained.set();
  }
}
