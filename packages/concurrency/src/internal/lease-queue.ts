/**
 * Those who wait for an opening, in the order in which they came. One that is cancelled, or whose signal aborts,
 * leaves at once, and leaves nothing behind.
 *
 * @module
 */
import type { Generation } from "./generation.ts";
import type { Waiter } from "./waiter.ts";

/** Ends a wait with what a generation that is ready gives for it. */
export type Serve<T, V> = (generation: Generation<T>, wait: Waiter<V>) => void;

interface Entry<T> {
  readonly serve: Serve<T, unknown>;
  /** Stops listening to the caller's signal. */
  readonly forget: (() => void) | undefined;
}

export class LeaseQueue<T> {
  readonly #entries = new Map<Waiter<unknown>, Entry<T>>();
  readonly #onLastLeft: () => void;

  /** @param onLastLeft called when the last that waited has given up waiting. */
  constructor(onLastLeft: () => void) {
    this.#onLastLeft = onLastLeft;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The wait that stands here longest. */
  get first(): Waiter<unknown> | undefined {
    return this.#entries.keys().next().value;
  }

  add<V>(wait: Waiter<V>, serve: Serve<T, V>, signal: AbortSignal | undefined): void {
    const anyWait = wait as Waiter<unknown>;
    anyWait.onCancel = () => this.#leave(anyWait);
    let forget: (() => void) | undefined;
    if (signal !== undefined) {
      const onAbort = (): void => {
        // First out of the queue: whoever is told of the last that left must find it empty.
        this.#leave(anyWait);
        anyWait.fail(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      forget = () => signal.removeEventListener("abort", onAbort);
    }
    this.#entries.set(anyWait, { serve: serve as Serve<T, unknown>, forget });
  }

  serveAll(generation: Generation<T>): void {
    this.#takeAll((wait, { serve }) => serve(generation, wait));
  }

  failAll(error: unknown): void {
    this.#takeAll((wait) => wait.fail(error));
  }

  #takeAll(end: (wait: Waiter<unknown>, entry: Entry<T>) => void): void {
    const entries = [...this.#entries];
    this.#entries.clear();
    for (const [wait, entry] of entries) {
      entry.forget?.();
      end(wait, entry);
    }
  }

  #leave(wait: Waiter<unknown>): void {
    this.#entries.get(wait)?.forget?.();
    if (this.#entries.delete(wait) && this.#entries.size === 0) this.#onLastLeft();
  }
}
