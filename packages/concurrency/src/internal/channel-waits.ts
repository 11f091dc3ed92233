/**
 * Who waits at the ends of a memory channel. What a wait gives is the promise of the operation itself: to wait for an
 * item, or for room, is what a channel does all day.
 *
 * @module
 */
import { broken, closed } from "./channel-errors.ts";
import type { ChannelEnd } from "./channel.ts";
import type { Frame } from "./frame.ts";
import { WaitList } from "./wait-list.ts";
import { Waiter } from "./waiter.ts";

/** What a receiver is given: an item alone, or a step of a loop. */
export interface Form<T, R> {
  of(item: T): R;
  /** For the end of the stream. Throws where an item was needed. */
  end(label: string): R;
}

/** What all have in common; `unknown` because the two sides give different things. */
export abstract class EndWait<T> extends Waiter<unknown> {
  readonly end: ChannelEnd<T>;

  constructor(end: ChannelEnd<T>, frame: Frame | undefined) {
    super(end.side.what, frame?.task, frame);
    this.end = end;
  }

  /** Ends it because its own end was closed. */
  abstract close(): void;
  /** Ends it because all ends of the other side were closed. */
  abstract abandon(): void;
}

export class SenderWait<T> extends EndWait<T> {
  readonly item: T;

  constructor(end: ChannelEnd<T>, frame: Frame | undefined, item: T) {
    super(end, frame);
    this.item = item;
  }

  override close(): void {
    this.fail(closed("send()", "send", this.end.channel.label));
  }

  override abandon(): void {
    this.fail(broken("send()", this.end.channel.label));
  }
}

export class ReceiverWait<T> extends EndWait<T> {
  readonly #form: Form<T, unknown>;

  constructor(end: ChannelEnd<T>, frame: Frame | undefined, form: Form<T, unknown>) {
    super(end, frame);
    this.#form = form;
  }

  give(item: T): void {
    this.settle(this.#form.of(item));
  }

  override close(): void {
    this.fail(closed("receive()", "receive", this.end.channel.label));
  }

  override abandon(): void {
    try {
      this.settle(this.#form.end(this.end.channel.label));
    } catch (error) {
      this.fail(error);
    }
  }
}

/** The sending or the receiving side. */
export class Side<T, W extends EndWait<T> = EndWait<T>> extends WaitList<unknown> {
  /** What one waits for here, in words for a person. */
  readonly what: string;
  openEnds = 0;

  constructor(what: string, of: object) {
    super(of);
    this.what = what;
  }

  override add(wait: Waiter<unknown>): void {
    super.add(wait);
    ((wait as W).end.waits ??= new Set()).add(wait as W);
  }

  override delete(wait: Waiter<unknown>): boolean {
    (wait as W).end.waits?.delete(wait as W);
    return super.delete(wait);
  }

  override shift(): W | undefined {
    return super.shift() as W | undefined;
  }

  /** Ends every wait, as the other side has gone. */
  abandon(): void {
    for (let wait = this.shift(); wait !== undefined; wait = this.shift()) wait.abandon();
  }
}
