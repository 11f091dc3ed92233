/**
 * Work in slices, each in a macrotask of its own, so that the event loop gets its turn in between.
 *
 * @module
 */

/** How long the event loop may have to wait, in milliseconds. */
const SLICE = 20;

/** Taken when the module is loaded, before anything is put in their places. */
const nextTurn = setImmediate;
const clock = performance.now.bind(performance);

/**
 * Repeats a step until it says that all is done. The steps run in macrotasks, where promises can be followed to their end.
 *
 * @throws what the step throws.
 */
export function inSlices(step: () => boolean, between: () => void = () => {}): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const turn = (): void => {
    try {
      const end = clock() + SLICE;
      do {
        if (step()) {
          resolve();
          return;
        }
      } while (clock() < end);
      between();
      nextTurn(turn);
    } catch (error) {
      reject(error);
    }
  };
  nextTurn(turn);
  return promise;
}

/** Milliseconds of real time, from any origin. */
export function realTime(): number {
  return clock();
}
