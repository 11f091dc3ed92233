/**
 * A limit on how many may do something at a time, that knows who they are.
 *
 * @module
 */
import { storage } from "./context.ts";
import { NoTaskError } from "./errors.ts";
import type { Hold } from "./hold.ts";
import type { Frame } from "./internal/frame.ts";
import { HoldQueue } from "./internal/hold-queue.ts";
import { Holding } from "./internal/holding.ts";
import { look, made, touch } from "./internal/touch.ts";
import { cancelPoint, currentFrame, rejected } from "./internal/waiter.ts";
import { AlreadyHeldError, NotHeldError, WouldBlockError } from "./resource-errors.ts";
import { cancelShieldedCheckpoint } from "./sleep.ts";
import type { TaskInfo } from "./task-info.ts";

/** Options of a {@link CapacityLimiter}. */
export interface CapacityLimiterOptions {
  /** For deadlock reports and pictures. */
  readonly name?: string;
}

/** Who holds the tokens of a {@link CapacityLimiter}, and how many wait for one. */
export interface CapacityLimiterStatistics {
  readonly totalTokens: number;
  readonly borrowedTokens: number;
  /** Who holds a token, in the order in which they got it: the info of a task, or whatever it was acquired on behalf of. */
  readonly borrowers: readonly unknown[];
  readonly tasksWaiting: number;
}

/**
 * A number of tokens, of which each borrower holds at most one. The borrower is the current task, or any value that
 * an `OnBehalfOf` method is given: a connection, a user, a key. Those work outside every task as well.
 *
 * The number may be changed at any time: raising it admits those who wait, and lowering it below what is out admits
 * nobody until enough has come back.
 *
 * ```ts run
 * import { CapacityLimiter, gather, sleep } from "@holdfast/concurrency";
 * const limiter = new CapacityLimiter(2);
 * const out: number[] = [];
 * const work = async () => {
 *   using _token = await limiter.acquire();
 *   out.push(limiter.borrowedTokens);
 *   await sleep(1);
 * };
 * await gather([work, work, work]);
 * Math.max(...out); // => 2
 * limiter.availableTokens; // => 2
 * ```
 */
export class CapacityLimiter {
  readonly #what: string;
  readonly #borrowers = new Map<unknown, Holding<unknown>>();
  /** Empty while a token is available: tokens are handed on in the turn in which they come back. */
  readonly #queue = new HoldQueue<unknown>(this);
  #totalTokens: number;

  /** @throws as setting {@link CapacityLimiter.totalTokens} does. */
  constructor(totalTokens: number, { name }: CapacityLimiterOptions = {}) {
    made(this);
    this.#what = name === undefined ? "a capacity limiter" : `capacity limiter ${JSON.stringify(name)}`;
    this.#totalTokens = checkTokens(totalTokens);
  }

  /** How many tokens there are: a whole number from 0 up, or Infinity. */
  get totalTokens(): number {
    look(this);
    return this.#totalTokens;
  }

  /** @throws {@link TypeError} for what is neither a whole number nor Infinity; {@link RangeError} for one below 0. */
  set totalTokens(value: number) {
    const checked = checkTokens(value);
    touch(this);
    this.#totalTokens = checked;
    this.#admit();
  }

  get borrowedTokens(): number {
    look(this);
    return this.#borrowers.size;
  }

  /** Below 0 while more tokens are out than there are, after the number was lowered. */
  get availableTokens(): number {
    look(this);
    return this.#free;
  }

  /**
   * Suspends until the current task holds a token. Bring it back by what this gives, best with `using`, or by
   * {@link CapacityLimiter.release}. A checkpoint, also when a token is available.
   *
   * **Cancellation:** safe at any time; a cancelled waiter leaves no trace. A task that is cancelled after a token was
   * handed to it has it, and finds out at its next cancel point.
   *
   * **Ordering:** first come, first served; a token is handed over at the moment it comes back, so nobody comes between.
   *
   * @throws {@link AlreadyHeldError} when the task holds a token, or waits for one already; {@link NoTaskError} outside
   * every task.
   */
  acquire(): Promise<Hold> {
    try {
      const frame = cancelPoint(this.#what);
      return this.#acquire(frame, this.#taskOf(frame, "acquire()"));
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * Takes a token for the current task if one is available.
   *
   * @throws {@link WouldBlockError} when none is; otherwise as {@link CapacityLimiter.acquire}.
   */
  acquireNoWait(): Hold {
    const borrower = this.#taskOf(currentFrame(this.#what), "acquireNoWait()");
    return this.#take(borrower) ?? this.#refuse("acquireNoWait()", "acquire()");
  }

  /**
   * Suspends until the borrower holds a token. Works outside every task.
   *
   * **Cancellation:** as of {@link CapacityLimiter.acquire}.
   *
   * **Ordering:** as of {@link CapacityLimiter.acquire}.
   *
   * @throws {@link AlreadyHeldError} when the borrower holds a token, or one is being waited for on its behalf.
   */
  acquireOnBehalfOf(borrower: unknown): Promise<Hold> {
    try {
      return this.#acquire(cancelPoint(this.#what), borrower);
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * Takes a token for the borrower if one is available. Works outside every task.
   *
   * @throws {@link WouldBlockError} when none is; {@link AlreadyHeldError} when the borrower holds one.
   */
  acquireOnBehalfOfNoWait(borrower: unknown): Hold {
    return this.#take(borrower) ?? this.#refuse("acquireOnBehalfOfNoWait()", "acquireOnBehalfOf()");
  }

  /**
   * Hands the token of the current task to whoever has waited longest, or makes it available.
   *
   * @throws {@link NotHeldError} when the task holds none; {@link NoTaskError} outside every task.
   */
  release(): void {
    // Also in code that outlived its task: a token must come back whenever it can.
    this.releaseOnBehalfOf(this.#taskOf(storage.getStore(), "release()"));
  }

  /**
   * Hands the borrower's token to whoever has waited longest, or makes it available. Any task may do it.
   *
   * @throws {@link NotHeldError} when the borrower holds none.
   */
  releaseOnBehalfOf(borrower: unknown): void {
    look(this);
    const holding = this.#borrowers.get(borrower);
    if (holding === undefined) {
      throw new NotHeldError("this borrower isn't holding any of this CapacityLimiter's tokens");
    }
    holding.release();
  }

  statistics(): CapacityLimiterStatistics {
    look(this);
    return Object.freeze({
      totalTokens: this.#totalTokens,
      borrowedTokens: this.#borrowers.size,
      borrowers: Object.freeze([...this.#borrowers.keys()]),
      tasksWaiting: this.#queue.size,
    });
  }

  #acquire(frame: Frame | undefined, borrower: unknown): Promise<Hold> {
    const taken = this.#take(borrower);
    if (taken !== undefined) return cancelShieldedCheckpoint().then(() => taken);
    if (this.#queue.isAsking(borrower)) {
      throw new AlreadyHeldError("this borrower is already waiting for one of this CapacityLimiter's tokens");
    }
    touch(this);
    return this.#queue.ask(this.#what, frame, new Holding(borrower, this.#released));
  }

  get #free(): number {
    return this.#totalTokens - this.#borrowers.size;
  }

  #take(borrower: unknown): Holding<unknown> | undefined {
    look(this);
    if (this.#borrowers.has(borrower)) {
      throw new AlreadyHeldError("this borrower is already holding one of this CapacityLimiter's tokens");
    }
    if (this.#free <= 0) return undefined;
    touch(this);
    const taken = new Holding(borrower, this.#released);
    this.#borrowers.set(borrower, taken);
    return taken;
  }

  #refuse(attempted: string, instead: string): never {
    throw new WouldBlockError(
      `${attempted} on ${this.#what}, of whose ${this.#totalTokens} tokens none is available; await ${instead}`,
    );
  }

  /** What a hold calls. */
  readonly #released = (holding: Holding<unknown>): void => {
    touch(this);
    holding.isTakenBack = true;
    this.#borrowers.delete(holding.who);
    this.#admit();
  };

  #admit(): void {
    while (this.#free > 0) {
      const wait = this.#queue.shift();
      if (wait === undefined) return;
      const { holding } = wait;
      this.#borrowers.set(holding.who, holding);
      wait.settle(holding);
    }
  }

  #taskOf(frame: Frame | undefined, attempted: string): TaskInfo {
    if (frame === undefined) throw new NoTaskError(`${attempted} on ${this.#what}`);
    return frame.task.info;
  }
}

function checkTokens(value: number): number {
  if (!Number.isInteger(value) && value !== Infinity) throw new TypeError("total_tokens must be an int or math.inf");
  if (value < 0) throw new RangeError("total_tokens must be >= 0");
  return value;
}
