/**
 * Those who wait until no task of a virtual runtime can go on at a time of its clock.
 *
 * @module
 */
import { beginWait, type Waiter } from "../internal/waiter.ts";
import type { Runtime } from "../runtime.ts";

interface Watcher {
  readonly at: number;
  readonly wait: Waiter<void>;
}

export class Watchers {
  readonly #all = new Set<Watcher>();

  /** The earliest time that somebody waits for; `Infinity` for none. */
  get next(): number {
    let earliest = Infinity;
    for (const { at } of this.#all) earliest = Math.min(earliest, at);
    return earliest;
  }

  /** @throws CancelledError, TaskFinishedError */
  add(at: number, what: string): Promise<void> {
    const wait = beginWait<void>(what);
    const watcher = { at, wait };
    this.#all.add(watcher);
    wait.onCancel = () => this.#all.delete(watcher);
    return wait.promise;
  }

  /** Tells those who wait for this time or an earlier one; false when there are none. */
  tell(now: number): boolean {
    let found = false;
    for (const watcher of this.#all) {
      if (watcher.at > now) continue;
      this.#all.delete(watcher);
      watcher.wait.settle();
      found = true;
    }
    return found;
  }

  /** Forgets the tasks of a runtime; others who wait may still be told. */
  drop(runtime: Runtime): void {
    for (const watcher of this.#all) if (watcher.wait.runtime === runtime) this.#all.delete(watcher);
  }
}
