/**
 * Those who wait for an opening, in the order in which they came. One that is cancelled, or whose signal aborts,
 * leaves at once, and leaves nothing behind.
 *
 * @module
 */
import { onAbort } from "./abort-listeners.ts";
import type { Generation } from "./generation.ts";
import { touch } from "./touch.ts";
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
  readonly #of: object;
  readonly #onLastLeft: () => void;

  /**
   * @param of the owner.
   * @param onLastLeft called when the last that waited has given up waiting.
   */
  constructor(of: object, onLastLeft: () => void) {
    this.#of = of;
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
    const aborted = (): void => {
      // First out of the queue: whoever is told of the last that left must find it empty.
      this.#leave(anyWait);
      anyWait.fail(signal?.reason);
    };
    const forget = signal === undefined ? undefined : onAbort(signal, aborted);
    this.#entries.set(anyWait, { serve: serve as Serve<T, unknown>, forget });
  }

  serveAll(generation: Generation<T>): void {
    for (const [wait, { serve, forget }] of this.#entries) {
      // An instrument that is told of one served may close the owner, and the rest must not borrow from what closes.
      if (!generation.isReady) return;
      this.#entries.delete(wait);
      forget?.();
      serve(generation, wait);
    }
  }

  failAll(error: unknown): void {
    const entries = [...this.#entries];
    this.#entries.clear();
    for (const [wait, { forget }] of entries) {
      forget?.();
      wait.fail(error);
    }
  }

  #leave(wait: Waiter<unknown>): void {
    touch(this.#of, wait.runtime);
    this.#entries.get(wait)?.forget?.();
    if (this.#entries.delete(wait) && this.#entries.size === 0) this.#onLastLeft();
  }
}
