/**
 * A hold: what an acquire gives, and what gives it back.
 *
 * @module
 */

/**
 * Something that has been acquired: a lock, a place in a semaphore, a token. Declare it with `using`, and it is given
 * back at the end of the block, whatever happens in there.
 *
 * An acquire that loses a `Promise.race` still gets its turn, and then nobody is there to give it back: limit the time
 * of one with {@link moveOnAfter} instead.
 */
export interface Hold extends Disposable {
  readonly isReleased: boolean;
  /** Gives back what was acquired. Synchronous, so no cancellation can come between; a second call does nothing. */
  release(): void;
}
