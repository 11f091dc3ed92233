/**
 * A program of the user's, run to its end: in a group of its own, so that what it has started ends with it.
 *
 * @module
 */
import { spawn } from "node:child_process";

/** How it is run. */
export interface RunOptions {
  readonly cwd: string;
  readonly signal?: AbortSignal | undefined;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Takes what it writes to its error stream as well. */
  readonly isMerged?: boolean;
}

/** How it ended. */
export interface ProgramEnd {
  /** Null: it could not be started, or was killed. */
  readonly exitCode: number | null;
  /** Why there is no exit code: the signal that ended it, or what the system said; null where there is one. */
  readonly obstacle: string | null;
  /** The end of what it wrote. */
  readonly output: string;
  /** Milliseconds. */
  readonly milliseconds: number;
}

/** So much of what a program says is kept, in characters: its end tells why it failed. */
const keptOutput = 100_000;

/**
 * Runs a program without a shell.
 *
 * **Cancellation:** an aborted signal kills the program with all that it has started, and rejects with its reason.
 */
export async function runProgram(argv: readonly string[], options: RunOptions): Promise<ProgramEnd> {
  const { cwd, signal, env = {}, isMerged = false } = options;
  signal?.throwIfAborted();
  const [file = "", ...args] = argv;
  const { promise, resolve } = Promise.withResolvers<Pick<ProgramEnd, "exitCode" | "obstacle">>();
  const begun = performance.now();
  const stdio = ["ignore", "pipe", isMerged ? "pipe" : "ignore"] as const;
  const child = spawn(file, args, { cwd, stdio: [...stdio], detached: true, env: { ...process.env, ...env } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => (output = (output + chunk).slice(-keptOutput)));
  }
  const stop = (): void => killGroup(child.pid);
  signal?.addEventListener("abort", stop, { once: true });
  child.on("error", ({ message }) => resolve({ exitCode: null, obstacle: message }));
  // What it has left running would keep its output open, and has no business in the next tree.
  child.on("exit", stop);
  child.on("close", (exitCode, killedBy) => {
    resolve({ exitCode, obstacle: killedBy === null ? null : `it was ended by ${killedBy}` });
  });
  try {
    const end = await promise;
    signal?.throwIfAborted();
    return { ...end, output, milliseconds: performance.now() - begun };
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** Ends a group of processes; one that has ended already is no concern. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
