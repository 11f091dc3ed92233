/**
 * The border to a tool's function, which may or may not stop when it is told to.
 *
 * @module
 */
import { cancellable, CancelScope, withSignal } from "@holdfast/concurrency";

/**
 * Runs a function and waits until it has settled; once cancelled, for `grace` milliseconds more. Then it is given up:
 * nothing waits for a promise that may never settle.
 *
 * **Cancellation:** aborts the signal, then is thrown, unless the function gives a value all the same: what was done
 * is not to be reported as undone.
 */
export function withGrace<T>(
  grace: number,
  fn: (signal: AbortSignal) => Promise<T>,
  onAbandoned: () => void,
): Promise<T> {
  return withSignal(async (signal) => {
    const settling = fn(signal);
    try {
      return await cancellable(settling);
    } catch (error) {
      if (!signal.aborted) throw error;
      const stop = new CancelScope({ shield: true, timeout: grace, name: "grace" });
      const settled = await stop.run(async () => ({ value: await cancellable(settling) }));
      if (settled !== undefined) return settled.value;
      onAbandoned();
      throw error;
    }
  });
}
