/**
 * Timers as programs know them, on the virtual clock: each is an event of the run that is under way.
 *
 * @module
 */
import type { Kernel } from "../kernel/kernel.ts";
import type { Transition } from "../kernel/transition.ts";
import { gated } from "../lab-runtime.ts";

type Callback = (...args: unknown[]) => unknown;

/** A timer, with the methods that Node's have. */
class LabTimeout {
  readonly #kernel: Kernel;
  readonly #callback: () => void;
  readonly #what: string;
  readonly #delay: number;
  readonly #repeats: boolean;
  #transition: Transition | undefined;
  #hasRef = true;

  constructor(kernel: Kernel, callback: () => void, what: string, delay: number, repeats: boolean) {
    this.#kernel = kernel;
    this.#callback = callback;
    this.#what = what;
    this.#delay = delay;
    this.#repeats = repeats;
    this.#set();
  }

  ref(): this {
    this.#hasRef = true;
    if (this.#transition !== undefined) this.#transition.isOptional = false;
    return this;
  }

  unref(): this {
    this.#hasRef = false;
    if (this.#transition !== undefined) this.#transition.isOptional = true;
    return this;
  }

  hasRef(): boolean {
    return this.#hasRef;
  }

  refresh(): this {
    this.close();
    this.#set();
    return this;
  }

  close(): this {
    if (this.#transition !== undefined) this.#kernel.prevent(this.#transition);
    this.#transition = undefined;
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.#transition?.cause.id ?? 0;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #set(): void {
    const kernel = this.#kernel;
    const happen = gated(() => {
      this.#transition = undefined;
      if (this.#repeats) this.#set();
      this.#callback();
    });
    this.#transition = kernel.add("timer", kernel.actor, happen, this.#what, { at: kernel.now + this.#delay });
    this.#transition.isOptional = !this.#hasRef;
  }
}

/** What takes the places of the platform's timers during a run. */
export interface LabTimers {
  setTimeout(callback: Callback, delay?: number, ...args: unknown[]): LabTimeout;
  setInterval(callback: Callback, delay?: number, ...args: unknown[]): LabTimeout;
  setImmediate(callback: Callback, ...args: unknown[]): LabTimeout;
  /** Of any kind; what is no timer of this run is left alone. */
  clear(timer: unknown): boolean;
  /** A promise that is fulfilled after a while, or rejected when the signal aborts. */
  after<T>(what: string, delay: number, value: T, signal: AbortSignal | undefined): Promise<T>;
}

/** Timers of one run. */
export function labTimers(kernel: Kernel): LabTimers {
  const bound = (callback: Callback, args: unknown[]): (() => void) => {
    if (typeof callback !== "function") throw new TypeError("a timer takes a function to call");
    return () => void callback(...args);
  };
  return {
    setTimeout: (callback, delay, ...args) =>
      new LabTimeout(kernel, bound(callback, args), `setTimeout(${clamp(delay)})`, clamp(delay), false),
    setInterval: (callback, delay, ...args) =>
      new LabTimeout(kernel, bound(callback, args), `setInterval(${clamp(delay)})`, clamp(delay), true),
    setImmediate: (callback, ...args) => new LabTimeout(kernel, bound(callback, args), "setImmediate()", 0, false),
    clear(timer) {
      if (!(timer instanceof LabTimeout)) return false;
      timer.close();
      return true;
    },
    after(what, delay, value, signal) {
      if (signal?.aborted === true) return Promise.reject(abortError(signal));
      const { promise, resolve, reject } = Promise.withResolvers<typeof value>();
      const timer = new LabTimeout(kernel, () => resolve(value), what, delay, false);
      signal?.addEventListener(
        "abort",
        () => {
          timer.close();
          reject(abortError(signal));
        },
        { once: true },
      );
      return promise;
    },
  };
}

/** As Node does: from a millisecond on, and what is no number is one. */
export function clamp(delay: number | undefined): number {
  const number = Number(delay);
  return number >= 1 && number <= 2 ** 31 - 1 ? Math.trunc(number) : 1;
}

/** The error that `node:timers/promises` rejects with. */
function abortError(signal: AbortSignal): Error {
  return Object.assign(new Error("The operation was aborted", { cause: signal.reason }), {
    name: "AbortError",
    code: "ABORT_ERR",
  });
}
