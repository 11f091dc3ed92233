/**
 * What an owner function is given, and what it must give back.
 *
 * @module
 */

declare const published: unique symbol;

/** What `publish` gives back, to be returned by the owner function: the proof that it published. */
export interface Published<T> {
  readonly [published]: T;
}

/** Options of `publish`. */
export interface PublishOptions {
  /**
   * Says that the value died by itself: a signal that aborts, or a promise that settles either way. Its error is the reason
   * that the leases give.
   */
  readonly lost?: AbortSignal | PromiseLike<unknown>;
}

/** What an owner function is given. */
export interface OwnerContext {
  /** Which opening this is: 1, 2, 3, ... */
  readonly generation: number;
  /**
   * Lends the value to all who wait, and parks until the owner is to close: because it was disposed, because the value
   * was lost, or because nobody has borrowed it for the `idleTimeout`. Close the value after it, in `finally`.
   *
   * **Cancellation:** rejects when the close takes longer than `closeTimeout` and the task is cancelled. When a scope
   * of the function is cancelled, the value counts as lost from that moment on.
   *
   * @throws {@link OwnerContractError} on a second call; {@link TypeError} for a `lost` that can say nothing.
   */
  publish<U>(value: U, options?: PublishOptions): Promise<Published<U>>;
}

/** The function of an owner: opens, publishes, and closes what it has opened. */
export type OwnerFunction<T> = (own: OwnerContext) => PromiseLike<Published<T>>;
