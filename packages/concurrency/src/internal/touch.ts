/**
 * Tells the runtime what the running code reads and changes of the state that tasks share. Only kernels ask: in a process
 * without one it costs the look at a flag.
 *
 * What finds nothing to change has read. Where many do the same and the order among them makes no difference (tasks come to
 * wait for an event, leases of an open owner go out), they are the readers, and whoever counts them is the writer.
 *
 * @module
 */
import { accesses, storage } from "../context.ts";
import type { Runtime } from "../runtime.ts";

/**
 * The running code changes it.
 *
 * @param home who is told outside every task, where timers fire; nobody when absent.
 */
export function touch(resource: object, home?: Runtime): void {
  if (accesses.isTold === true) tell(resource, "write", home);
}

/**
 * The running code reads it.
 *
 * @param home as of {@link touch}.
 */
export function look(resource: object, home?: Runtime): void {
  if (accesses.isTold === true) tell(resource, "read", home);
}

function tell(resource: object, mode: "read" | "write", home: Runtime | undefined): void {
  (storage.getStore()?.task.runtime ?? home)?.access?.(resource, mode);
}

/** The running code has made it, and nobody else has it yet. */
export function made(resource: object): void {
  if (accesses.isTold === true) storage.getStore()?.task.runtime.access?.(resource, "create");
}
