/**
 * What the random programs of tasks that meet at the primitives see, in words that are alike in every order.
 *
 * @module
 */
import type { CapacityLimiter, Lock, Owner, TaskHandle } from "../src/index.ts";

export function lockState(lock: Lock): unknown {
  const { owner, ...rest } = lock.statistics();
  return { ...rest, owner: owner?.name };
}

export function limiterState(limiter: CapacityLimiter): unknown {
  const { borrowers, ...rest } = limiter.statistics();
  return { ...rest, borrowers: borrowers.map((it) => (it as { name?: string }).name ?? it) };
}

export function handleState(handle: TaskHandle<unknown>): string {
  return [handle.name, handle.status, handle.task.hasPendingCancellation()].join();
}

export function ownerState(owner: Owner<string>): unknown {
  const { failures, ...rest } = owner.statistics();
  return { ...rest, failures: failures.map(describe) };
}

export function describe(error: unknown): string {
  const { errors, cause } = error as { errors?: readonly unknown[]; cause?: unknown };
  const inner =
    errors === undefined ? (cause === undefined ? "" : ` < ${describe(cause)}`) : ` [${errors.map(describe).join()}]`;
  // The waits of a deadlock stand in the order in which they began.
  return `${String(error).split(/: |; /).toSorted().join("; ")}${inner}`;
}
