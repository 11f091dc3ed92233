/**
 * Child processes of the demo: started with an argument, ready when they say so, and gone when their parent is.
 *
 * The other half, what runs in the child, is `runChildEntry()` in child-entry.ts.
 *
 * @module
 */
import { fork, type ChildProcess } from "node:child_process";
import type { ReadyMessage } from "./child-entry.ts";
import { ChildNotReadyError } from "./errors.ts";

/** How {@link startChild} starts a child process. */
export interface StartChildOptions {
  /** The module to run; it calls `runChildEntry()`. */
  readonly entry: URL;
  /** Handed to the child as JSON. */
  readonly argument: unknown;
  /** What errors call the child, with no article: `triage server`. */
  readonly name: string;
  /** Aborting it while the child starts ends the child. It has no effect once the child is ready. */
  readonly signal?: AbortSignal;
  /** How long the child may take to be ready, in milliseconds. Default 15 000: a cold start on a busy machine. */
  readonly readyMs?: number;
}

/** A child process that has said that it is ready. */
export interface Child {
  readonly pid: number;
  /** What the child said when it was ready. */
  readonly ready: unknown;
  /** Resolves when the child has ended: with its exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /**
   * Asks the child to end, kills it when `graceMs` (default 4000) have passed, and resolves when it is gone.
   *
   * May be called again, and after the child has ended.
   *
   * **Cancellation:** none; `graceMs` bounds it.
   */
  close(graceMs?: number): Promise<void>;
}

/**
 * Starts a child process and resolves when it is ready.
 *
 * The child runs on this Node with this process's flags, so a demo that runs from source has children that do. Its
 * standard output is dropped; the end of its standard error goes into the error of a failed start.
 *
 * **Cancellation:** an abort of `options.signal` kills the child and rejects with the signal's reason once it is gone.
 *
 * @throws {@link ChildNotReadyError} when the child ends before it is ready, or is not ready in time.
 */
export async function startChild(options: StartChildOptions): Promise<Child> {
  const { entry, argument, name, signal, readyMs = 15_000 } = options;
  signal?.throwIfAborted();
  const child = fork(entry, [JSON.stringify(argument)], { stdio: ["ignore", "ignore", "pipe", "ipc"] });
  const exited = exitOf(child);
  const stderr = tailOf(child);

  const { promise: ready, resolve, reject } = Promise.withResolvers<unknown>();
  const fail = (found: string, cause?: Error): void => {
    reject(new ChildNotReadyError(name, found, stderr(), { cause }));
  };
  child.once("message", (message) => resolve((message as ReadyMessage).ready));
  // Not "exit": by the time of "close", what the child wrote last has been read.
  child.once("close", (code, by) => fail(`it ended with ${by ?? `exit code ${code}`} before it was ready`));
  child.on("error", (error) => fail("it could not be run", error));
  const timer = setTimeout(() => fail(`it was not ready within ${readyMs} ms`), readyMs);
  const onAbort = (): void => reject(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return {
      ready: await ready,
      pid: child.pid as number,
      exited,
      close: (graceMs = 4_000) => end(child, exited, graceMs),
    };
  } catch (error) {
    child.kill("SIGKILL");
    await exited;
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once("exit", resolve);
  // A process that could not be spawned has no pid, and no "exit" follows.
  child.once("error", () => child.pid ?? resolve(null));
  return promise;
}

/** Reads the child's standard error all the time, or a full pipe would stop the child; keeps the last of it. */
function tailOf(child: ChildProcess): () => string {
  let tail = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    tail = (tail + text).slice(-8_192);
  });
  return () => tail;
}

async function end(child: ChildProcess, exited: Promise<unknown>, graceMs: number): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await exited;
  clearTimeout(timer);
}
