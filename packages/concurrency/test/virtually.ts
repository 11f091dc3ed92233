/**
 * What the tests of this package share: a root task on virtual time that must leave nothing behind, the error that an
 * action throws, and the rejections that nobody handled.
 *
 * @module
 */
import { expect } from "vitest";
import { run, type RunOptions } from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";

/** Runs a root task on a virtual runtime of its own; fails when a wait or a timer outlives it. */
export async function virtually<T>(
  fn: (runtime: VirtualRuntime) => PromiseLike<T> | T,
  options: Omit<RunOptions, "runtime"> = {},
): Promise<T> {
  const runtime = new VirtualRuntime();
  try {
    return await run(() => fn(runtime), { ...options, runtime });
  } finally {
    // The clock goes on meanwhile: what a test gave up on, or left in a shield, may take its time to end.
    await drained();
    expect.soft(runtime.leaks()).toEqual([]);
  }
}

/** What an action throws, or its promise rejects with. */
export async function thrownBy(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** The rejections that nobody handles until the end of the block. */
export function watchRejections(): Disposable & { readonly reasons: readonly unknown[] } {
  const reasons: unknown[] = [];
  const record = (reason: unknown): void => void reasons.push(reason);
  process.on("unhandledRejection", record);
  return { reasons, [Symbol.dispose]: () => void process.off("unhandledRejection", record) };
}

/** Leaves the rejections that nobody handles to those who ask from here on; vitest would fail the run for them. */
export function withoutRejectionListeners(): Disposable {
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  return {
    [Symbol.dispose]: () => {
      for (const listener of listeners) process.on("unhandledRejection", listener);
    },
  };
}

/** Lets every promise settle, and what is ready on any runtime happen. */
export async function drained(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
