/**
 * Sees to it that no server process outlives this one. A group of its own gets neither the terminal's Ctrl-C nor
 * anything else that is sent to ours, so somebody has to hand it on.
 *
 * The listeners on `process` are there once for all servers, and only while there is one.
 *
 * @module
 */
import type { ProcessGroup } from "./process-group.ts";

/** Those that end a process by default, and can be caught. */
const signals = ["SIGHUP", "SIGINT", "SIGTERM"] as const;
const groups = new Set<ProcessGroup>();

/** Ends the group by force when this process ends, unless that is by SIGKILL. */
export function guardAtExit(group: ProcessGroup): void {
  if (groups.size === 0) {
    process.on("exit", killAll);
    for (const signal of signals) process.on(signal, onSignal);
  }
  groups.add(group);
}

/** Forgets a group that has ended. */
export function releaseAtExit(group: ProcessGroup): void {
  if (!groups.delete(group) || groups.size > 0) return;
  process.off("exit", killAll);
  for (const signal of signals) process.off(signal, onSignal);
}

function killAll(): void {
  for (const group of groups) group.kill();
}

/**
 * Our listening has switched off what the signal does by default, so where nobody else listens we do that ourselves.
 * Where somebody does, it is theirs to say whether the process ends, and `exit` tells us.
 */
function onSignal(signal: NodeJS.Signals): void {
  // Off while they decide: libraries of this kind end the process only when nobody but themselves listens.
  process.off(signal, onSignal);
  if (process.listenerCount(signal) === 0) {
    killAll();
    process.kill(process.pid, signal);
    return;
  }
  void Promise.resolve().then(() => {
    if (groups.size > 0 && !process.listeners(signal).includes(onSignal)) process.on(signal, onSignal);
  });
}
