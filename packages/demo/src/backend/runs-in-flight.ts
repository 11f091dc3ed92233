/**
 * The runs that the backend is busy with, and how they end when it shuts down: it waits for them up to a deadline, then
 * cancels what is left.
 *
 * @module
 */

export class RunsInFlight {
  readonly #runs = new Set<Promise<unknown>>();
  readonly #cancel = new AbortController();
  #isDraining = false;

  get isDraining(): boolean {
    return this.#isDraining;
  }

  get size(): number {
    return this.#runs.size;
  }

  /** Starts a run; its signal aborts when the drain's deadline has passed. */
  async track<T>(start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const running = start(this.#cancel.signal);
    this.#runs.add(running);
    try {
      return await running;
    } finally {
      this.#runs.delete(running);
    }
  }

  /** Takes no new runs, waits for those under way, cancels them after `deadlineMs`, and resolves when none is left. */
  async drain(deadlineMs: number): Promise<void> {
    this.#isDraining = true;
    const timer = setTimeout(
      () => this.#cancel.abort(new Error(`the server shut down after waiting ${deadlineMs} ms`)),
      deadlineMs,
    );
    await Promise.allSettled(this.#runs);
    clearTimeout(timer);
  }
}
