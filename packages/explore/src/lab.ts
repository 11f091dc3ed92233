/**
 * What a scenario is given: ways to start tasks, to declare what they share, and to let the explorer decide.
 *
 * @module
 */
import { taskGroup } from "@holdfast/concurrency";
import type { AccessMode } from "./kernel/footprint.ts";
import type { Kernel } from "./kernel/kernel.ts";
import { gated } from "./lab-runtime.ts";
import { watched } from "./shared.ts";

/** What holds in every state of a program; a false value, or an error, is a failure. */
interface Invariant {
  readonly name: string;
  readonly holds: () => unknown;
}

/** Answers requests of `fetch` in a run. */
export type FetchAnswer = (request: Request) => PromiseLike<Response> | Response;

/** The laboratory of one run. A scenario is run many times, each time with another one. */
export class Lab {
  readonly #kernel: Kernel;
  readonly #random: () => number;
  readonly #invariants: Invariant[] = [];
  readonly #sharedNames = new Set<string>();
  readonly #answers: { readonly matches: (url: string) => boolean; readonly answer: FetchAnswer }[] = [];
  #isDeclared = false;
  /** What the scenario asked of the real world, which nobody answers in a run. */
  uncontrolled: string | undefined = undefined;

  constructor(kernel: Kernel, random: () => number) {
    this.#kernel = kernel;
    this.#random = random;
  }

  /** Whether the scenario has said what it shares. */
  get isDeclared(): boolean {
    return this.#isDeclared;
  }

  /** What was handed to {@link Lab.shared}, by name. */
  get sharedNames(): ReadonlySet<string> {
    return this.#sharedNames;
  }

  /**
   * Runs `count` tasks side by side and gives their values in order; the first is `task 0`. When one fails, the others are
   * cancelled and joined.
   *
   * **Cancellation:** reaches every task.
   *
   * @throws ExceptionGroup with every failure.
   */
  async all<T>(count: number, fn: (index: number) => PromiseLike<T> | T): Promise<Awaited<T>[]> {
    const values: Awaited<T>[] = [];
    await taskGroup((group) => {
      for (let index = 0; index < count; index++) {
        const body = async (): Promise<void> => void (values[index] = await fn(index));
        group.startSoon(body, { name: `task ${index}` });
      }
    });
    return values;
  }

  /**
   * Declares an object that tasks share, and gives a stand-in for it that notes who reads and writes which field. From the
   * first call on the explorer takes it that everything which tasks share is declared, is a primitive of the library, or
   * is named by {@link Lab.access}; before that it tries the orders of all steps.
   *
   * Plain objects, arrays, Maps and Sets in its fields are watched as well; other objects in them are not.
   *
   * @param name the same in each run: for pictures and explanations.
   */
  shared<T extends object>(object: T, name: string): T {
    this.#isDeclared = true;
    this.#sharedNames.add(name);
    return watched(this.#kernel, object, name);
  }

  /** Declares that the running step reads or writes something: for what {@link Lab.shared} cannot watch. */
  access(resource: object, mode: AccessMode): void {
    this.#isDeclared = true;
    this.#kernel.access(resource, mode === "write");
  }

  /**
   * Input or output that takes a while: gives what `fn` gives, at a moment that the explorer chooses.
   *
   * @param what in words, for pictures and explanations: `GET /orders`.
   */
  io<T>(what: string, fn: () => PromiseLike<T> | T): Promise<Awaited<T>> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const answer = (): void => {
      try {
        resolve(fn());
      } catch (error) {
        reject(error);
      }
    };
    this.#kernel.add("io", this.#kernel.actor, gated(answer), what);
    return promise as Promise<Awaited<T>>;
  }

  /**
   * Answers requests of the global `fetch` to a URL: at a moment that the explorer chooses.
   *
   * @param url the whole of it, its beginning followed by `*`, or what it matches.
   */
  respond(url: string | RegExp, answer: FetchAnswer): void {
    const matches = (asked: string): boolean => {
      if (typeof url !== "string") return url.test(asked);
      return url.endsWith("*") ? asked.startsWith(url.slice(0, -1)) : asked === url;
    };
    this.#answers.push({ matches, answer });
  }

  /** What the global `fetch` does in a run. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const found = this.#answers.findLast(({ matches }) => matches(request.url));
    if (found === undefined) {
      this.uncontrolled ??= `it fetches ${request.url}, which no lab.respond() answers`;
      return Promise.reject(
        new TypeError("fetch failed", { cause: new Error(`no lab.respond() answers ${request.url}`) }),
      );
    }
    const { signal } = request;
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const happen = gated(() => {
      try {
        resolve(found.answer(request));
      } catch (error) {
        reject(error);
      }
    });
    const transition = this.#kernel.add("io", this.#kernel.actor, happen, `${request.method} ${request.url}`);
    signal.addEventListener("abort", () => {
      if (this.#kernel.prevent(transition)) reject(signal.reason);
    });
    return promise;
  }

  /**
   * Lets the explorer choose one of several ways to go on, and gives it: answers of a server, faults, sizes. Every
   * one is tried.
   *
   * @throws RangeError when there is none.
   */
  choose<T>(...options: readonly T[]): T {
    if (options.length === 0) throw new RangeError("choose() takes the ways to go on, and was given none");
    return options[this.#kernel.choose(options.length)] as T;
  }

  /** Lets the explorer choose whether something goes wrong here: false in the first run. */
  maybe(_what: string): boolean {
    return this.#kernel.choose(2) === 1;
  }

  /** Says what must hold after every step. What it reads is noted as read in each. */
  invariant(name: string, holds: () => unknown): void {
    this.#invariants.push({ name, holds });
  }

  /** A random number in [0, 1): the same ones in each run. */
  random(): number {
    return this.#random();
  }

  /** The virtual clock, in milliseconds from the beginning of the run. */
  now(): number {
    return this.#kernel.readClock();
  }

  /** The first invariant that does not hold, as an error. */
  violation(): Error | undefined {
    for (const { name, holds } of this.#invariants) {
      try {
        if (holds() !== false) continue;
      } catch (cause) {
        return new Error(`invariant ${JSON.stringify(name)} does not hold`, { cause });
      }
      return new Error(`invariant ${JSON.stringify(name)} does not hold`);
    }
    return undefined;
  }
}
