/**
 * All that touches the platform's async context. The store of the library is the frame that the running code belongs to; its
 * AsyncLocalStorage is kept on globalThis, so that two installed copies of the package see the same tasks.
 *
 * @module
 */
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { type CapturedContext, type ContextStorage, LoneStore, shortened } from "./internal/context-map.ts";
import type { Frame } from "./internal/frame.ts";
import { RootList } from "./internal/root-list.ts";
import { requireSoundUsing } from "./internal/using-probe.ts";
import type { Runtime } from "./runtime.ts";

interface Context {
  readonly storage: AsyncLocalStorage<Frame | undefined>;
  /** Runs a function in the async context of the moment at which the first copy was loaded, without a frame. */
  readonly detached: <T>(fn: () => T) => T;
  /** The root tasks that have not ended. */
  readonly roots: RootList;
  /** The runtime of ordinary programs: one clock, one timer heap, one count of tasks, whichever copy asks. */
  runtime?: Runtime;
  /** Whether a task was made on a runtime that is told of accesses. Until then nobody need look for the current one. */
  isTold?: boolean;
}

const key: unique symbol = Symbol.for("holdfast.context/1");
const holder = globalThis as { [key]?: Context };

/** The context of the moment at which the package was loaded; undefined until that is known, and where it cannot be had. */
let loaded: CapturedContext | undefined;

/** Where the current frame is found. */
export const storage: ContextStorage<Frame | undefined> = runDetached(openStorage);
loaded = runDetached(() => storage.capture?.());

/** The root tasks that have not ended, of every runtime. */
export const roots: RootList = shared().roots;

/** Whether some runtime is told of accesses, for all copies of the package. */
export const accesses: { isTold?: boolean } = shared();

/**
 * Makes a frame the current one until the end of the running turn. Only for code that has a turn to itself, a reaction of
 * its own: in any other it would leak to whoever called.
 */
export function enterContext(frame: Frame): void {
  storage.enterWith(frame);
}

/**
 * Runs a function outside every task, in the async context of the moment this package was loaded.
 *
 * What it creates there (sockets, timers, listeners) calls back outside every task as well. Open a long-lived
 * resource in it whenever the callbacks will serve other tasks than the one that happens to open it; otherwise each
 * callback runs as the task that came first, long after that task has gone.
 */
export function runDetached<T>(fn: () => T): T {
  return loaded === undefined ? shared().detached(fn) : loaded.run(fn);
}

/**
 * The async context of now, to run functions in later on: what `AsyncLocalStorage.snapshot` does, at a hundredth of its price where that
 * can be had. What runs in it is code of the task that captured it, in the scope that was open there. What it throws goes to its caller.
 */
export function captureContext(): CapturedContext {
  const captured = storage.capture?.();
  if (captured !== undefined) return captured;
  return { run: AsyncLocalStorage.snapshot() };
}

/** A store of its own for those who follow code that runs in no task. */
export function createStorage<T>(name: string): AsyncLocalStorage<T | undefined> {
  return new AsyncLocalStorage<T | undefined>({ name });
}

/** Told of every promise of the process, as it happens; see `promiseHooks` of `node:v8`. */
interface PromiseWatcher {
  readonly init: (promise: object, parent: object | undefined) => void;
  readonly before: (promise: object) => void;
  readonly after: (promise: object) => void;
  readonly settled: (promise: object) => void;
}

/**
 * Tells a watcher of all promises from now on, where the platform can, and gives what ends that. Each step of a promise costs
 * a call meanwhile.
 */
export function watchPromises(watcher: PromiseWatcher): () => void {
  // Asked for here and not imported: an engine without the hooks could not load the library at all.
  const hooks = globalThis.process?.getBuiltinModule?.("node:v8")?.promiseHooks;
  const stop = hooks?.createHook(watcher) as (() => void) | undefined;
  return () => stop?.();
}

/** The system's runtime: that of the first copy to ask, so that a task of one copy may use the owner of another. */
export function sharedRuntime(make: () => Runtime): Runtime {
  return (shared().runtime ??= make());
}

function shared(): Context {
  return (holder[key] ??= create());
}

function openStorage(): ContextStorage<Frame | undefined> {
  LoneStore.storage = shared().storage;
  return shortened<Frame>({
    storage: shared().storage,
    makeStorage: () => new AsyncLocalStorage<unknown>(),
    makeResource: () => new AsyncResource("holdfast"),
    snapshot: () => AsyncLocalStorage.snapshot(),
  });
}

function create(): Context {
  requireSoundUsing();
  const created = new AsyncLocalStorage<Frame | undefined>({ name: "holdfast" });
  return {
    storage: created,
    detached: created.run(undefined, () => AsyncLocalStorage.snapshot()),
    roots: new RootList(),
  };
}
