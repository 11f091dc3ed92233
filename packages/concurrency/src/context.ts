/**
 * The one AsyncLocalStorage of the library: its store is the frame that the running code belongs to. It is kept on
 * globalThis, so that two installed copies of the package see the same tasks.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Frame } from "./internal/frame.ts";
import type { Runtime } from "./runtime.ts";

interface Context {
  readonly storage: AsyncLocalStorage<Frame | undefined>;
  /** Runs a function in the async context of the moment at which the first copy was loaded, without a frame. */
  readonly detached: <T>(fn: () => T) => T;
  /** The runtime of ordinary programs: one clock, one timer heap, one count of tasks, whichever copy asks. */
  runtime?: Runtime;
}

const key: unique symbol = Symbol.for("holdfast.context/1");
const holder = globalThis as { [key]?: Context };

/** Where the current frame is found. */
export const storage: AsyncLocalStorage<Frame | undefined> = shared().storage;

/**
 * Runs a function outside every task, in the async context of the moment this package was loaded.
 *
 * What it creates there (sockets, timers, listeners) calls back outside every task as well. Open a long-lived
 * resource in it whenever the callbacks will serve other tasks than the one that happens to open it; otherwise each
 * callback runs as the task that came first, long after that task has gone.
 */
export function runDetached<T>(fn: () => T): T {
  return shared().detached(fn);
}

/** The system's runtime: that of the first copy to ask, so that a task of one copy may use the owner of another. */
export function sharedRuntime(make: () => Runtime): Runtime {
  return (shared().runtime ??= make());
}

function shared(): Context {
  return (holder[key] ??= create());
}

function create(): Context {
  const created = new AsyncLocalStorage<Frame | undefined>({ name: "holdfast" });
  return { storage: created, detached: created.run(undefined, () => AsyncLocalStorage.snapshot()) };
}
