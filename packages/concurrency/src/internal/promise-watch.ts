/**
 * Watching promises that others made. There is one reaction a promise, however many watch it one after another: a promise
 * that never settles would keep each of them for ever.
 *
 * @module
 */
import { runDetached, storage } from "../context.ts";
import { look, touch } from "./touch.ts";

/** Told once how a promise settled, unless it has left the set before. A wait is one. */
export interface PromiseWatcher {
  settle(value: unknown): unknown;
  fail(error: unknown): unknown;
}

const watched = new WeakMap<PromiseLike<unknown>, Set<PromiseWatcher>>();

/** Those who watch a promise, to join and to leave. Its failure counts as handled from here on. */
export function watchersOf(promise: PromiseLike<unknown>): Set<PromiseWatcher> {
  const home = storage.getStore()?.task.runtime;
  look(promise);
  const known = watched.get(promise);
  if (known !== undefined) return known;
  const watchers = new Set<PromiseWatcher>();
  watched.set(promise, watchers);
  const tell = (end: (watcher: PromiseWatcher) => void): void => {
    touch(promise, home);
    watched.delete(promise);
    for (const watcher of watchers) end(watcher);
    watchers.clear();
  };
  // Detached: the reaction lives as long as the promise, and must not keep the frame of whoever came first.
  runDetached(() => {
    Promise.resolve(promise).then(
      (value) => tell((watcher) => watcher.settle(value)),
      (error) => tell((watcher) => watcher.fail(error)),
    );
  });
  return watchers;
}
