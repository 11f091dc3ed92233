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

  /**
   * Starts a run, and counts it in until it has ended and its answer has left; its signal aborts when the drain's
   * deadline has passed.
   */
  track<T>(start: (signal: AbortSignal) => Promise<T>, answered: Promise<void>): Promise<T> {
    const running = start(this.#cancel.signal);
    const over = Promise.allSettled([running, answered]);
    this.#runs.add(over);
    void over.then(() => this.#runs.delete(over));
    return running;
  }

  /** Takes no new runs, waits for those under way, cancels them after `deadlineMs`, and resolves when none is left. */
  async drain(deadlineMs: number): Promise<void> {
    this.#isDraining = true;
    const timer = setTimeout(
      () => this.#cancel.abort(new Error(`the server shut down after waiting ${deadlineMs} ms`)),
      deadlineMs,
    );
    await Promise.all(this.#runs);
    clearTimeout(timer);
  }
}
