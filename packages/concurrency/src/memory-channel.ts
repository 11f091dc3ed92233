/**
 * Memory channels: items handed from task to task, through a buffer or from hand to hand.
 *
 * The model is that of trio and anyio: each side has an end that can be cloned for every task that uses it, and a
 * side is closed when all its ends are.
 *
 * @module
 */
import { broken, closed, ended } from "./internal/channel-errors.ts";
import type { Form } from "./internal/channel-waits.ts";
import { Channel, ChannelEnd, type MemoryChannelStatistics } from "./internal/channel.ts";
import { look } from "./internal/touch.ts";
import { rejected } from "./internal/waiter.ts";
import { WouldBlockError } from "./resource-errors.ts";
import { cancelShieldedCheckpoint } from "./sleep.ts";

/** Options of {@link openMemoryChannel}. */
export interface MemoryChannelOptions {
  /** For errors, deadlock reports and pictures. */
  readonly name?: string;
}

/** Both ends of a channel; disposing of it closes these two, and none of their clones. */
export interface MemoryChannel<T> extends Disposable {
  readonly send: SendChannel<T>;
  readonly receive: ReceiveChannel<T>;
}

/**
 * Opens a channel between tasks. Its ends may be used anywhere, inside a task or outside.
 *
 * Without a buffer `send()` waits until a receiver has the item. With one it waits while the buffer is full, which
 * keeps a fast sender from running ahead; `Infinity` lets it. Items may be anything, `null` and `undefined` too.
 *
 * Give each task a clone that it closes when done: the receivers' loops then end when the last sender has.
 *
 * @param bufferSize how many items wait without their sender: a whole number from 0 up, or `Infinity`.
 * @throws {@link TypeError} for a size that is not a number, {@link RangeError} for any other that does not fit.
 *
 * ```ts run
 * import { openMemoryChannel, run, taskGroup } from "@holdfast/concurrency";
 * const { send, receive } = openMemoryChannel<number>(1);
 * let sum = 0;
 * await run(() => taskGroup(async (group) => {
 *   group.startSoon(async () => {
 *     using mine = send;
 *     for (const item of [1, 2, 3]) await mine.send(item);
 *   });
 *   for await (const item of receive) sum += item;
 * }));
 * sum; // => 6
 * ```
 */
export function openMemoryChannel<T>(bufferSize: number = 0, options: MemoryChannelOptions = {}): MemoryChannel<T> {
  checkSize(bufferSize);
  const channel = new Channel<T>(bufferSize, options.name);
  const send = new SendChannel<T>(channel);
  const receive = new ReceiveChannel<T>(channel);
  return {
    send,
    receive,
    [Symbol.dispose](): void {
      send.close();
      receive.close();
    },
  };
}

/** An end that items are put into. */
export class SendChannel<T> implements Disposable {
  readonly #channel: Channel<T>;
  readonly #end: ChannelEnd<T>;

  /** Made by {@link openMemoryChannel} and `clone()`. */
  constructor(channel: Channel<T>) {
    this.#channel = channel;
    this.#end = new ChannelEnd(channel, channel.senders);
  }

  /**
   * Sends an item: waits until a receiver has taken it or the buffer has room for it. A checkpoint, also when it need
   * not wait.
   *
   * **Cancellation:** the item is then not sent. An item that was taken before the cancellation counts as sent, and
   * nothing is thrown.
   *
   * **Ordering:** items arrive in the order of the calls, awaited or not; senders that wait get in first come first.
   *
   * @throws {@link ClosedResourceError} when this end is closed, also while it waits.
   * @throws {@link BrokenResourceError} when all receive ends are closed, also while it waits.
   */
  send(item: T): Promise<void> {
    try {
      const frame = this.#end.cancelPoint();
      // At the call and not after a yield, so that the calls of one Promise.all keep their order.
      if (this.#put("send()", item)) return cancelShieldedCheckpoint();
      return this.#channel.waitForRoom(this.#end, frame, item);
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * Sends an item without waiting.
   *
   * A receiver that waits has it for certain: one whose scope is being cancelled is passed over.
   *
   * @throws {@link ClosedResourceError}, {@link BrokenResourceError} as {@link SendChannel.send} does.
   * @throws {@link WouldBlockError} when no receiver waits and the buffer is full.
   */
  sendNoWait(item: T): void {
    if (this.#put("sendNoWait()", item)) return;
    const { label, bufferSize } = this.#channel;
    const full = bufferSize === 0 ? "which has no buffer" : `whose buffer of ${bufferSize} is full`;
    throw new WouldBlockError(`sendNoWait() into ${label}, ${full}, and no receiver waits; await send()`);
  }

  /**
   * Another end of the same side, for another task.
   *
   * @throws {@link ClosedResourceError} when this end is closed.
   */
  clone(): SendChannel<T> {
    look(this.#channel);
    if (this.#end.isClosed) throw closed("clone()", "send", this.#channel.label);
    return new SendChannel(this.#channel);
  }

  /**
   * Closes this end; does nothing the second time. Who waits in `send()` on this very end gets a
   * {@link ClosedResourceError}. With the last end of the side, receivers get what is in the buffer and then the end
   * of the stream.
   */
  close(): void {
    this.#end.close();
  }

  statistics(): MemoryChannelStatistics {
    return this.#channel.statistics();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #put(attempted: string, item: T): boolean {
    const { label, receivers } = this.#channel;
    look(this.#channel);
    if (this.#end.isClosed) throw closed(attempted, "send", label);
    if (receivers.openEnds === 0) throw broken(attempted, label);
    return this.#channel.put(item);
  }
}

/**
 * An end that items are taken from.
 *
 * `for await` receives until the end of the stream. Leaving the loop early closes nothing, so that a second loop can
 * go on where the first stopped.
 */
export class ReceiveChannel<T> implements AsyncIterable<T>, Disposable {
  readonly #channel: Channel<T>;
  readonly #end: ChannelEnd<T>;

  /** Made by {@link openMemoryChannel} and `clone()`. */
  constructor(channel: Channel<T>) {
    this.#channel = channel;
    this.#end = new ChannelEnd(channel, channel.receivers);
  }

  /**
   * Receives the next item, waiting for one. A checkpoint, also when it need not wait. Each item goes to one receiver.
   *
   * An item that is itself a promise, or a task handle, is awaited, as by every async function; `for await` and
   * {@link ReceiveChannel.receiveNoWait} give it as it is.
   *
   * **Cancellation:** leaves the channel as it was. An item that was handed over before the cancellation is given.
   *
   * **Ordering:** items come in the order sent; receivers that wait are served first come first.
   *
   * @throws {@link ClosedResourceError} when this end is closed, also while it waits.
   * @throws {@link EndOfStreamError} when the channel is empty and all send ends are closed, also while it waits.
   */
  receive(): Promise<T> {
    return this.#receive<T>(alone);
  }

  /**
   * Receives the next item without waiting.
   *
   * @throws {@link ClosedResourceError}, {@link EndOfStreamError} as {@link ReceiveChannel.receive} does.
   * @throws {@link WouldBlockError} when the channel is empty.
   */
  receiveNoWait(): T {
    const { label, isEmpty, senders } = this.#channel;
    if (this.#end.isClosed) throw closed("receiveNoWait()", "receive", label);
    if (!isEmpty) return this.#channel.take();
    if (senders.openEnds === 0) throw ended("receiveNoWait()", label);
    throw new WouldBlockError(`receiveNoWait() from ${label}, which is empty; await receive()`);
  }

  /**
   * Another end of the same side, for another task.
   *
   * @throws {@link ClosedResourceError} when this end is closed.
   */
  clone(): ReceiveChannel<T> {
    look(this.#channel);
    if (this.#end.isClosed) throw closed("clone()", "receive", this.#channel.label);
    return new ReceiveChannel(this.#channel);
  }

  /**
   * Closes this end; does nothing the second time. Who waits in `receive()` on this very end gets a
   * {@link ClosedResourceError}. With the last end of the side, senders that wait get a {@link BrokenResourceError},
   * and what is in the buffer is dropped.
   */
  close(): void {
    this.#end.close();
  }

  statistics(): MemoryChannelStatistics {
    return this.#channel.statistics();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Without `return()`: leaving a loop must not close the end. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return { next: () => this.#receive<IteratorResult<T, undefined>>(step) };
  }

  #receive<R>(form: Form<T, R>): Promise<R> {
    try {
      const frame = this.#end.cancelPoint();
      const { isEmpty, label, senders } = this.#channel;
      if (this.#end.isClosed) throw closed("receive()", "receive", label);
      if (!isEmpty) {
        const given = form.of(this.#channel.take());
        return cancelShieldedCheckpoint().then(() => given);
      }
      if (senders.openEnds === 0) return Promise.resolve(form.end(label));
      return this.#channel.waitForItem(this.#end, frame, form);
    } catch (error) {
      return rejected(error);
    }
  }
}

const alone = {
  of: <T>(item: T): T => item,
  end(label: string): never {
    throw ended("receive()", label);
  },
};

const step = {
  of: <T>(value: T): IteratorResult<T, undefined> => ({ done: false, value }),
  end: (): IteratorResult<never, undefined> => ({ done: true, value: undefined }),
};

function checkSize(size: unknown): void {
  const attempted = "openMemoryChannel() takes a buffer size that is a whole number from 0 up, or Infinity";
  if (typeof size !== "number") throw new TypeError(`${attempted}, and ${typeof size} is no number`);
  if (size >= 0 && (Number.isInteger(size) || size === Infinity)) return;
  throw new RangeError(`${attempted}, and ${String(size)} is not`);
}
