/**
 * What the ends of a memory channel share: the buffer, the open ends of each side, and who waits at them. Nothing here
 * suspends, so each method leaves a state that others may see.
 *
 * Receivers wait only while the buffer is empty and no sender waits; senders wait only while the buffer is full.
 *
 * @module
 */
import { cancelPoint } from "./waiter.ts";
import { type EndWait, type Form, ReceiverWait, SenderWait, Side } from "./channel-waits.ts";
import type { Frame } from "./frame.ts";
import { look, made, touch } from "./touch.ts";

/** How full a channel is, and who is at it; see `statistics()` of its ends. */
export interface MemoryChannelStatistics {
  /** Items in the buffer. */
  readonly bufferUsed: number;
  readonly bufferSize: number;
  readonly openSendChannels: number;
  readonly openReceiveChannels: number;
  readonly tasksWaitingSend: number;
  readonly tasksWaitingReceive: number;
}

export class Channel<T> {
  readonly bufferSize: number;
  /** For errors: `channel "jobs"`. */
  readonly label: string;
  readonly senders: Side<T, SenderWait<T>>;
  readonly receivers: Side<T, ReceiverWait<T>>;
  readonly #buffer = new Buffer<T>();

  constructor(bufferSize: number, name: string | undefined) {
    made(this);
    this.bufferSize = bufferSize;
    this.label = name === undefined ? "a memory channel" : `channel ${JSON.stringify(name)}`;
    this.senders = new Side(`room in ${this.label}`, this);
    this.receivers = new Side(`an item of ${this.label}`, this);
  }

  /** Hands the item to the receiver that has waited longest, or puts it in the buffer; false when neither can be. */
  put(item: T): boolean {
    touch(this);
    for (let receiver = this.receivers.shift(); receiver !== undefined; receiver = this.receivers.shift()) {
      if (!receiver.isCancelled) {
        receiver.give(item);
        return true;
      }
      // Under way to it, and it would take the item down with it. At once, as it could not come back into the queue.
      receiver.cancel();
    }
    if (this.#buffer.size >= this.bufferSize) return false;
    this.#buffer.push(item);
    return true;
  }

  get isEmpty(): boolean {
    look(this);
    return this.#buffer.size + this.senders.size === 0;
  }

  /** Takes the oldest item of a channel that is not empty, and lets in the sender that has waited longest. */
  take(): T {
    touch(this);
    const sender = this.senders.shift();
    if (sender !== undefined) this.#buffer.push(sender.item);
    const item = this.#buffer.shift() as T;
    sender?.settle(undefined);
    return item;
  }

  /** Waits at an end until the item has been taken, or there is room for it. */
  waitForRoom(end: ChannelEnd<T>, frame: Frame | undefined, item: T): Promise<void> {
    return this.senders.enter(new SenderWait(end, frame, item)).promise as Promise<void>;
  }

  /** Waits at an end until there is an item, or the end of the stream. */
  waitForItem<R>(end: ChannelEnd<T>, frame: Frame | undefined, form: Form<T, R>): Promise<R> {
    touch(this);
    return this.receivers.enter(new ReceiverWait(end, frame, form)).promise as Promise<R>;
  }

  /** Told when the last end of a side has been closed. */
  sideClosed(side: Side<T>): void {
    if (side === this.senders) {
      this.receivers.abandon();
      return;
    }
    this.senders.abandon();
    this.#buffer.clear();
  }

  statistics(): MemoryChannelStatistics {
    look(this);
    return Object.freeze({
      bufferUsed: this.#buffer.size,
      bufferSize: this.bufferSize,
      openSendChannels: this.senders.openEnds,
      openReceiveChannels: this.receivers.openEnds,
      tasksWaitingSend: this.senders.size,
      tasksWaitingReceive: this.receivers.size,
    });
  }
}

/** One end: an original or a clone, closed once. */
export class ChannelEnd<T> {
  readonly channel: Channel<T>;
  readonly side: Side<T>;
  /** All that wait at this very end; kept by the side, and made for the first, as most ends never have one. */
  waits: Set<EndWait<T>> | undefined = undefined;
  isClosed: boolean = false;

  constructor(channel: Channel<T>, side: Side<T>) {
    this.channel = channel;
    this.side = side;
    touch(channel);
    side.openEnds += 1;
  }

  /**
   * The frame that an operation of this end runs in.
   *
   * @throws CancelledError, TaskFinishedError
   */
  cancelPoint(): Frame | undefined {
    return cancelPoint(this.side.what);
  }

  close(): void {
    touch(this.channel);
    if (this.isClosed) return;
    this.isClosed = true;
    this.side.openEnds -= 1;
    for (const wait of this.waits ?? []) wait.close();
    if (this.side.openEnds === 0) this.channel.sideClosed(this.side);
  }
}

/** First in, first out. Each item moves once, from the array that it was put in to the one that it is taken from. */
class Buffer<T> {
  #in: T[] = [];
  #out: T[] = [];

  get size(): number {
    return this.#in.length + this.#out.length;
  }

  push(item: T): void {
    this.#in.push(item);
  }

  shift(): T | undefined {
    if (this.#out.length === 0) {
      while (this.#in.length > 0) this.#out.push(this.#in.pop() as T);
    }
    return this.#out.pop();
  }

  clear(): void {
    this.#in = [];
    this.#out = [];
  }
}
