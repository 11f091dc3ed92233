/**
 * When a stream that has ended is opened again, and when no more. What is counted is streams in a row that came to nothing:
 * one that opens and drops at once is no better than one that does not open.
 *
 * @module
 */
import { currentTime } from "@holdfast/concurrency";

/** How often in a row a stream may come to nothing. */
export interface ReconnectionLimits {
  /** Streams that opened, and ended soon. */
  readonly short: number;
  /** Streams that did not open. */
  readonly failed: number;
}

/** How long a stream lasts, in milliseconds, to have been worth opening. */
const LONG = 10_000;
/** The official transport's, in milliseconds. */
const FIRST_DELAY = 1_000;
const GROWTH = 1.5;
const LONGEST_DELAY = 30_000;
/** The longest that a server's own word on it counts for, in milliseconds. */
const LONGEST_RETRY = 300_000;

export class Reconnection {
  readonly #limits: ReconnectionLimits;
  #short = 0;
  #failed = 0;
  #retry: number | undefined;
  #openedAt: number | undefined;

  constructor(limits: ReconnectionLimits) {
    this.#limits = limits;
  }

  /** The stream is open. */
  opened(): void {
    this.#openedAt = currentTime();
  }

  /** The server has said how long to wait, in milliseconds. */
  retryAfter(delay: number): void {
    this.#retry = Math.min(delay, LONGEST_RETRY);
  }

  /** The stream has ended: how long to wait before the next, in milliseconds; undefined for no next. */
  next(): number | undefined {
    const isShort = this.#openedAt !== undefined;
    if (this.#openedAt !== undefined && currentTime() - this.#openedAt >= LONG) this.#short = 0;
    this.#openedAt = undefined;
    this.#failed = isShort ? 0 : this.#failed + 1;
    this.#short += isShort ? 1 : 0;
    if (this.#short > this.#limits.short || this.#failed > this.#limits.failed) return undefined;
    const nth = Math.max(this.#short + this.#failed - 1, 0);
    return this.#retry ?? Math.min(FIRST_DELAY * GROWTH ** nth, LONGEST_DELAY);
  }
}
