/**
 * What the ends of a memory channel share: the buffer, the open ends of each side, and who waits at them. Nothing here
 * suspends, so each method leaves a state that others may see.
 *
 * Receivers wait only while the buffer is empty and no sender waits; senders wait only while the buffer is full.
 *
 * @module
 */
import { cancelPoint } from "./cancel-point.ts";
import type { Frame } from "./frame.ts";
import { WaitList } from "./wait-list.ts";
import { Waiter } from "./waiter.ts";

/** Why a wait ended without its item: its own end was closed, or all ends of the other side were. */
type Refusal = "closed" | "abandoned";

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

/** The wait of a sender with the item that it brings, or of a receiver with the item that it was given. */
class ItemWait<T> extends Waiter<Refusal | undefined> {
  item: T | undefined;
  /** All that wait at the same end. */
  readonly #company: Set<ItemWait<T>>;

  constructor(what: string, frame: Frame | undefined, item: T | undefined, company: Set<ItemWait<T>>) {
    super(what, frame?.task, frame);
    this.item = item;
    this.#company = company;
    company.add(this);
    this.onCancel = () => company.delete(this);
  }

  override settle(refusal: Refusal | undefined): boolean {
    this.#company.delete(this);
    return super.settle(refusal);
  }
}

/** The sending or the receiving side. */
class Side<T> {
  /** What one waits for here, in words for a person. */
  readonly what: string;
  openEnds = 0;
  readonly #waits = new WaitList<Refusal | undefined>();

  constructor(what: string) {
    this.what = what;
  }

  get waiting(): number {
    return this.#waits.size;
  }

  add(wait: ItemWait<T>): void {
    this.#waits.add(wait);
  }

  /** Takes out who has waited longest; the wait has not ended. */
  shift(): ItemWait<T> | undefined {
    return this.#waits.shift() as ItemWait<T> | undefined;
  }

  /** Ends every wait, as the other side has gone. */
  abandon(): void {
    for (let wait = this.#waits.shift(); wait !== undefined; wait = this.#waits.shift()) wait.settle("abandoned");
  }
}

export class Channel<T> {
  readonly bufferSize: number;
  /** For errors: `channel "jobs"`. */
  readonly label: string;
  readonly senders: Side<T>;
  readonly receivers: Side<T>;
  readonly #buffer = new Buffer<T>();

  constructor(bufferSize: number, name: string | undefined) {
    this.bufferSize = bufferSize;
    this.label = name === undefined ? "a memory channel" : `channel ${JSON.stringify(name)}`;
    this.senders = new Side(`room in ${this.label}`);
    this.receivers = new Side(`an item of ${this.label}`);
  }

  /** Hands the item to the receiver that has waited longest, or puts it in the buffer; false when neither can be. */
  put(item: T): boolean {
    for (let receiver = this.receivers.shift(); receiver !== undefined; receiver = this.receivers.shift()) {
      // Its cancellation is under way, and would take the item down with it.
      if (receiver.isCancelled) continue;
      receiver.item = item;
      receiver.settle(undefined);
      return true;
    }
    if (this.#buffer.size >= this.bufferSize) return false;
    this.#buffer.push(item);
    return true;
  }

  get isEmpty(): boolean {
    return this.#buffer.size + this.senders.waiting === 0;
  }

  /** Takes the oldest item of a channel that is not empty, and lets in the sender that has waited longest. */
  take(): T {
    const sender = this.senders.shift();
    if (sender !== undefined) this.#buffer.push(sender.item as T);
    const item = this.#buffer.shift() as T;
    sender?.settle(undefined);
    return item;
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
    return Object.freeze({
      bufferUsed: this.#buffer.size,
      bufferSize: this.bufferSize,
      openSendChannels: this.senders.openEnds,
      openReceiveChannels: this.receivers.openEnds,
      tasksWaitingSend: this.senders.waiting,
      tasksWaitingReceive: this.receivers.waiting,
    });
  }
}

/** One end: an original or a clone, closed once. */
export class ChannelEnd<T> {
  isClosed = false;
  readonly #channel: Channel<T>;
  readonly #side: Side<T>;
  /** Who waits at this very end. Made by the first, as most ends never have one. */
  #waits: Set<ItemWait<T>> | undefined;

  constructor(channel: Channel<T>, side: Side<T>) {
    this.#channel = channel;
    this.#side = side;
    side.openEnds += 1;
  }

  /**
   * The frame that an operation of this end runs in.
   *
   * @throws CancelledError, TaskFinishedError
   */
  cancelPoint(): Frame | undefined {
    return cancelPoint(this.#side.what);
  }

  /** Begins a wait at this end, behind all that wait on its side. */
  wait(frame: Frame | undefined, item?: T): ItemWait<T> {
    const wait = new ItemWait<T>(this.#side.what, frame, item, (this.#waits ??= new Set()));
    this.#side.add(wait);
    return wait;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#side.openEnds -= 1;
    for (const wait of this.#waits ?? []) wait.settle("closed");
    if (this.#side.openEnds === 0) this.#channel.sideClosed(this.#side);
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
