/**
 * Timers as programs know them, on the virtual clock: each is an event of the run that is under way.
 *
 * @module
 */
import { captureContext } from "@holdfast/concurrency";
import type { Kernel } from "../kernel/kernel.ts";
import type { Transition } from "../kernel/transition.ts";
import type { IdleLimits } from "./idle-limits.ts";

/** The most milliseconds that a timer can be set to. */
const LONGEST = 2 ** 31 - 1;

type Callback = (...args: unknown[]) => unknown;

/** Options of the functions of `node:timers/promises`. */
export interface WaitOptions {
  readonly signal?: AbortSignal;
  readonly ref?: boolean;
}

/** What takes no time to wait. */
const untimed: ReadonlySet<string> = new Set(["setImmediate", "scheduler.yield"]);

/** What a timer is made of. */
interface TimerParts {
  readonly callback: Callback;
  readonly args: readonly unknown[];
  /** The function that set it; the words for the timer are made of it when somebody asks. */
  readonly setBy: string;
  readonly delay: number;
  readonly repeats: boolean;
}

/** How the event of a timer reaches it. */
let happen: (timer: LabTimeout) => void;

/** A timer, with the methods that Node's have. */
export class LabTimeout {
  static {
    happen = (timer) => timer.#happen();
  }

  readonly #timers: LabTimers;
  readonly #parts: TimerParts;
  #transition: Transition | undefined;
  #hasRef = true;
  #isClosed = false;

  constructor(timers: LabTimers, parts: TimerParts) {
    this.#timers = timers;
    this.#parts = parts;
    this.#set();
  }

  /** In words. */
  get what(): string {
    const { setBy, delay } = this.#parts;
    return `${setBy}(${untimed.has(setBy) ? "" : delay})`;
  }

  ref(): this {
    return this.#keepAlive(true);
  }

  unref(): this {
    return this.#keepAlive(false);
  }

  hasRef(): boolean {
    return this.#hasRef;
  }

  /** Counts its time anew, also when it has fired; not when it was cleared. */
  refresh(): this {
    if (this.#isClosed) return this;
    this.#stop();
    this.#set();
    return this;
  }

  close(): this {
    this.#isClosed = true;
    this.#stop();
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.#timers.numberOf(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #keepAlive(hasRef: boolean): this {
    this.#hasRef = hasRef;
    if (this.#transition !== undefined) this.#transition.isOptional = this.#isOptional();
    return this;
  }

  /** An interval may go on for ever: whatever else can happen is preferred, and no run waits for its next time. */
  #isOptional(): boolean {
    return !this.#hasRef || this.#parts.repeats;
  }

  #stop(): void {
    if (this.#transition !== undefined) this.#timers.kernel.prevent(this.#transition);
    this.#transition = undefined;
  }

  #set(): void {
    const { kernel } = this.#timers;
    const { delay } = this.#parts;
    // The longest that there is, 24 days: who asks for it means never.
    if (delay === LONGEST) return;
    const transition = kernel.addTimer(kernel.actor, this, kernel.now + delay, happen, this);
    transition.context = captureContext();
    transition.isOptional = this.#isOptional();
    this.#transition = transition;
  }

  /** Its time has come. */
  #happen(): void {
    this.#transition = undefined;
    if (this.#parts.repeats) this.#set();
    this.#call();
  }

  #call(): void {
    const { callback, args } = this.#parts;
    try {
      Reflect.apply(callback, this, args);
    } catch (error) {
      this.#timers.fail(error);
    }
  }
}

/** What takes the places of the platform's timers during a run. */
export class LabTimers {
  readonly kernel: Kernel;
  readonly fail: (error: unknown) => void;
  readonly #limits: IdleLimits | undefined;
  /** Those that have been asked for their numbers, as only they can be cleared by them. */
  #numbered: LabTimeout[] | undefined;

  /**
   * @param fail told of what callbacks throw.
   * @param limits what keeps time limits until nothing else can happen; without it they may pass at any time.
   */
  constructor(kernel: Kernel, fail: (error: unknown) => void, limits?: IdleLimits) {
    this.kernel = kernel;
    this.fail = fail;
    this.#limits = limits;
  }

  setTimeout(callback: Callback, delay?: number, ...args: unknown[]): LabTimeout {
    return this.#make(callback, args, "setTimeout", clamp(delay));
  }

  setInterval(callback: Callback, delay?: number, ...args: unknown[]): LabTimeout {
    return this.#make(callback, args, "setInterval", clamp(delay), true);
  }

  setImmediate(callback: Callback, ...args: unknown[]): LabTimeout {
    return this.#make(callback, args, "setImmediate", 0);
  }

  /** Clears a timer of any kind, or of that number; false for what is no timer of this run. */
  clear(timer: unknown): boolean {
    const found = timer instanceof LabTimeout ? timer : this.#numbered?.[Number(timer) - 1];
    found?.close();
    return found !== undefined;
  }

  /** From 1 up, the same number each time. */
  numberOf(timer: LabTimeout): number {
    const numbered = (this.#numbered ??= []);
    const index = numbered.indexOf(timer);
    return index === -1 ? numbered.push(timer) : index + 1;
  }

  /** A signal that aborts after a while. */
  signal(delay: number): AbortSignal {
    const controller = new AbortController();
    const abort = (): void =>
      controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
    const setBy = "AbortSignal.timeout";
    if (this.#limits !== undefined) {
      const what = `${setBy}(${delay})`;
      const context = captureContext();
      const pass = (): void => context.run(abort);
      this.#limits.add({ at: this.kernel.now + delay, isOptional: true, what, pass });
    } else this.#make(abort, [], setBy, delay).unref();
    return controller.signal;
  }

  /** A promise that is fulfilled after a while, or rejected when the signal aborts. */
  after<T>(setBy: string, delay: number, value: T, { signal, ref = true }: WaitOptions = {}): Promise<T> {
    if (signal?.aborted === true) return Promise.reject(abortError(signal));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const onAbort = (): void => {
      timer.close();
      reject(abortError(signal));
    };
    const fulfil = (): void => {
      signal?.removeEventListener("abort", onAbort);
      resolve(value);
    };
    const timer = this.#make(fulfil, [], setBy, delay);
    if (!ref) timer.unref();
    signal?.addEventListener("abort", onAbort, { once: true });
    return promise;
  }

  #make(callback: Callback, args: readonly unknown[], setBy: string, delay: number, repeats = false): LabTimeout {
    if (typeof callback !== "function") {
      const error = new TypeError(`setting a timer: it takes a function to call, and was given ${typeof callback}`);
      throw Object.assign(error, { code: "ERR_INVALID_ARG_TYPE" });
    }
    return new LabTimeout(this, { callback, args, setBy, delay, repeats });
  }
}

/** As Node does: from a millisecond on, and what is no number is one. */
export function clamp(delay: number | undefined): number {
  const number = Number(delay);
  return number >= 1 && number <= LONGEST ? Math.trunc(number) : 1;
}

/** The error that `node:timers/promises` rejects with. */
export function abortError(signal: AbortSignal | undefined): Error {
  return Object.assign(new Error("The operation was aborted", { cause: signal?.reason }), {
    name: "AbortError",
    code: "ABORT_ERR",
  });
}
