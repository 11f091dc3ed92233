/**
 * The two ways between a cancel scope and AbortSignals: one that was given cancels the scope, and the one that the scope
 * gives aborts with it.
 *
 * @module
 */
import { checkSignal, onAbort } from "./abort-listeners.ts";
import { Cancellation } from "./cancellation.ts";
import type { Frame } from "./frame.ts";
import { Waiter } from "./waiter.ts";

export class ScopeSignal {
  readonly #incoming: AbortSignal | undefined;
  #controller: AbortController | undefined;
  #forget: (() => void) | undefined;
  /** Stands among the waits of the scope, because those are what a cancellation ends. */
  #tap: Waiter<void> | undefined;
  #isOver = false;

  /** @throws TypeError for a signal that is none. */
  constructor(incoming: AbortSignal | undefined) {
    this.#incoming = incoming === undefined ? undefined : checkSignal(incoming);
  }

  /** The signal for others. Aborted already when the code in the scope is cancelled already. */
  outgoing(frame: Frame | undefined, early: Cancellation | undefined): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (early !== undefined) this.abort(early.error);
      if (frame !== undefined && !this.#isOver) this.#tapInto(frame);
    }
    return this.#controller.signal;
  }

  /** The scope has been entered. */
  entered(frame: Frame): void {
    const incoming = this.#incoming;
    if (incoming !== undefined) {
      const cancel = (): void => frame.cancel(new Cancellation("signal", incoming.reason, frame.name));
      if (incoming.aborted) cancel();
      else this.#forget = onAbort(incoming, cancel);
    }
    if (this.#controller !== undefined) this.#tapInto(frame);
  }

  /** The scope is about to be left: nothing is kept, and what comes later aborts nothing. */
  left(): void {
    this.#isOver = true;
    this.#forget?.();
    this.#forget = undefined;
    this.#tap?.settle();
    this.#tap = undefined;
  }

  abort(reason: unknown): void {
    this.#controller?.abort(reason);
  }

  #tapInto(frame: Frame): void {
    if (frame.effective !== undefined) {
      this.abort(frame.effective.error);
      return;
    }
    const tap = new Waiter<void>("the signal of a scope", undefined, frame);
    tap.onCancel = () => this.abort(frame.effective?.error);
    this.#tap = tap;
  }
}
