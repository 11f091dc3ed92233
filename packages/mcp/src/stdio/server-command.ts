/**
 * What is run as a server, and how.
 *
 * @module
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { getDefaultEnvironment } from "@modelcontextprotocol/client/stdio";
import { hasProcessGroups } from "./process-group.ts";
import { runnable } from "./windows-command.ts";

/** What is run. */
export interface ServerCommand {
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to the few variables that are inherited. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts the command, with pipes to all three of its streams. */
export function spawnServer(server: ServerCommand): ChildProcessByStdio<Writable, Readable, Readable> {
  const env = { ...getDefaultEnvironment(), ...server.env };
  const { command, args, verbatim } = runnable(server.command, server.args ?? [], env);
  return spawn(command, args, {
    ...(server.cwd !== undefined && { cwd: server.cwd }),
    env,
    stdio: ["pipe", "pipe", "pipe"],
    // On POSIX a group of its own. On Windows that would be a window of its own.
    detached: hasProcessGroups,
    windowsHide: true,
    windowsVerbatimArguments: verbatim,
  });
}
