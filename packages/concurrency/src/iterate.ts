/**
 * The border to sources of other libraries that give one item after another: async iterables and web streams.
 *
 * @module
 */
import { guarded } from "./internal/guarded.ts";
import { touch } from "./internal/touch.ts";
import { beginWait, rejected, type Waiter } from "./internal/waiter.ts";

/** Options of {@link iterate}. */
export interface IterateOptions {
  /** How long a loop that is left early waits for the source to clean up, in milliseconds; 5,000 when absent. */
  readonly closeTimeout?: number;
}

/** What {@link iterate} needs of a web `ReadableStream`. */
export interface ReadableStreamLike<T> {
  getReader(): {
    read(): PromiseLike<ReadResult<T>>;
    cancel(reason?: unknown): PromiseLike<void>;
    releaseLock(): void;
  };
}

/** An item, or the end. */
type ReadResult<T> = { readonly done?: false; readonly value: T } | { readonly done: true; readonly value?: unknown };

const CLOSE_TIMEOUT = 5_000;
const over = { done: true, value: undefined } as const;

/**
 * Reads a source under the scope that the loop runs in, which need not be the one that `iterate` was called in.
 *
 * However the loop is left, the source is told so once: an iterator by `return()`, a web stream by `cancel()`, and the
 * stream's lock is released. A source that ended or failed by itself knows it already, and is only unlocked.
 *
 * - `break`, `return` and a throw in the loop wait until the source has cleaned up, for `closeTimeout` at most; then the
 *   loop ends without it. An error of the clean-up is thrown, except over that of the loop.
 * - A cancellation waits for nothing, whether it comes to the wait for an item or to the body of the loop. The source
 *   cleans up meanwhile: an async generator when its present await ends, which nobody can hasten. A Node stream for which
 *   no data comes is destroyed.
 *
 * **Cancellation:** each wait for an item is a checkpoint, and ends at once, whatever the source does. An item that had
 * arrived before is still given.
 *
 * @throws what the source throws, unchanged.
 * @throws {@link TypeError} when the source is neither; {@link RangeError} for a time-out that is negative or not a number.
 *
 * ```ts run
 * import { iterate, moveOnAfter } from "@holdfast/concurrency";
 * const chunks: string[] = [];
 * const stream = new ReadableStream<string>({
 *   start(controller) {
 *     controller.enqueue("first");
 *   },
 * });
 * await moveOnAfter(50, async () => {
 *   for await (const chunk of iterate(stream)) chunks.push(chunk); // the second never comes
 * });
 * chunks; // => ["first"]
 * stream.locked; // => false
 * ```
 */
export function iterate<T>(source: AsyncIterable<T>, options?: IterateOptions): AsyncIterable<T>;
export function iterate<T>(source: ReadableStreamLike<T>, options?: IterateOptions): AsyncIterable<T>;
export function iterate<T>(
  source: AsyncIterable<T> | ReadableStreamLike<T>,
  options: IterateOptions = {},
): AsyncIterable<T> {
  const { closeTimeout = CLOSE_TIMEOUT } = options;
  if (!isStream(source ?? {}) && !isIterable(source ?? {})) {
    throw new TypeError("iterate() takes an async iterable or a web ReadableStream, and this is neither");
  }
  if (typeof closeTimeout !== "number" || Number.isNaN(closeTimeout) || closeTimeout < 0) {
    throw new RangeError(`closeTimeout is a number of milliseconds from 0 up, and ${String(closeTimeout)} is not`);
  }
  return { [Symbol.asyncIterator]: () => new Reading(source, closeTimeout) };
}

/** One loop. A hand-written iterator, because nobody can leave an async generator while it waits. */
class Reading<T> implements AsyncIterator<T, undefined> {
  readonly #source: AsyncIterable<T> | ReadableStreamLike<T>;
  readonly #closeTimeout: number;
  #feed: Feed<T> | undefined;
  #isOver = false;

  constructor(source: AsyncIterable<T> | ReadableStreamLike<T>, closeTimeout: number) {
    this.#source = source;
    this.#closeTimeout = closeTimeout;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    touch(this);
    if (this.#isOver) return Promise.resolve(over);
    try {
      return this.#read(this.#open());
    } catch (error) {
      return rejected(error);
    }
  }

  return(): Promise<IteratorResult<T, undefined>> {
    return guarded(this.#return());
  }

  async #return(): Promise<IteratorResult<T, undefined>> {
    await this.#cleanedUp(this.#stop(this.#open(), undefined));
    return over;
  }

  #open(): Feed<T> {
    return (this.#feed ??= isStream(this.#source) ? streamFeed(this.#source) : iteratorFeed(this.#source));
  }

  #read(feed: Feed<T>): Promise<IteratorResult<T, undefined>> {
    let wait: Waiter<IteratorResult<T, undefined>>;
    try {
      wait = beginWait("the next item of a source");
    } catch (cancelled) {
      // Also one that is cancelled before its first item, and has had nothing of the source yet.
      void this.#stop(feed, cancelled);
      throw cancelled;
    }
    // In a reaction of its own, so that the source cleans up in the task that reads and not in the one that cancels.
    wait.promise.then(undefined, (error: unknown) => void this.#stop(feed, error));
    this.#ask(feed, wait);
    return wait.promise;
  }

  #ask(feed: Feed<T>, wait: Waiter<IteratorResult<T, undefined>>): void {
    const failed = (error: unknown): void => {
      this.#end(feed);
      wait.fail(error);
    };
    attempt(() => feed.next()).then((result) => {
      try {
        if (result.done === true) {
          this.#end(feed);
          wait.settle(over);
        } else wait.settle({ done: false, value: result.value });
      } catch (error) {
        failed(error);
      }
    }, failed);
  }

  #end(feed: Feed<T>): void {
    touch(this);
    if (this.#isOver) return;
    this.#isOver = true;
    feed.release();
  }

  #stop(feed: Feed<T>, reason: unknown): Promise<unknown> {
    touch(this);
    // Called by hand, return() may come twice, or while next() waits: the first that stops the source tells it.
    if (this.#isOver) return Promise.resolve();
    this.#isOver = true;
    return guarded(attempt(() => feed.stop(reason)));
  }

  async #cleanedUp(stopped: Promise<unknown>): Promise<void> {
    const wait = beginWait<void>("the clean-up of a source");
    const { runtime } = wait;
    stopped.then(
      () => wait.settle(),
      (error: unknown) => wait.fail(error),
    );
    const timer = runtime.setTimer(runtime.now() + this.#closeTimeout, () => wait.settle());
    try {
      await wait.promise;
    } finally {
      runtime.clearTimer(timer);
    }
  }
}

/** The two kinds of source, as a loop uses them. */
interface Feed<T> {
  next(): PromiseLike<ReadResult<T>>;
  /** Tells the source that nobody reads any more; settles when it has cleaned up. */
  stop(reason: unknown): unknown;
  /** Lets go of a source that ended by itself. */
  release(): void;
}

function iteratorFeed<T>(source: AsyncIterable<T>): Feed<T> {
  const iterator = source[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    stop(): unknown {
      // Its iterator would do so too, but is an async generator: while no data comes it does not get to it.
      if (isNodeStream(source)) source.destroy();
      return iterator.return?.();
    },
    release(): void {},
  };
}

function streamFeed<T>(source: ReadableStreamLike<T>): Feed<T> {
  const reader = source.getReader();
  return {
    next: () => reader.read(),
    stop(reason): unknown {
      const cancelled = reader.cancel(reason);
      reader.releaseLock();
      return cancelled;
    },
    release: () => reader.releaseLock(),
  };
}

/** Calls a function of others as if it were async: what it throws is a rejection, and a promise is taken as it is. */
function attempt<T>(fn: () => PromiseLike<T> | T): Promise<T> {
  try {
    return Promise.resolve(fn());
  } catch (error) {
    return Promise.reject(error);
  }
}

function isIterable(source: object): source is AsyncIterable<unknown> {
  return typeof (source as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === "function";
}

/** Asked first: a web stream can be iterated as well, but its iterator cannot be left while it waits. */
function isStream<T>(source: AsyncIterable<T> | ReadableStreamLike<T>): source is ReadableStreamLike<T> {
  return typeof (source as Partial<ReadableStreamLike<T>>).getReader === "function";
}

function isNodeStream(source: object): source is { destroy(): void } {
  const { destroy, pipe } = source as { readonly destroy?: unknown; readonly pipe?: unknown };
  return typeof destroy === "function" && typeof pipe === "function";
}
