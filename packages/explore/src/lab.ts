/**
 * What a scenario is given: ways to start tasks, to declare what they share, and to let the explorer decide.
 *
 * @module
 */
import { captureContext, taskGroup, type TaskHandle } from "@holdfast/concurrency";
import { LabDispatcher } from "./boundary/dispatcher.ts";
import { type FetchAnswer, Network, type RespondOptions } from "./boundary/network.ts";
import { CancelChoices } from "./cancel-choices.ts";
import type { AccessMode } from "./kernel/footprint.ts";
import type { Kernel } from "./kernel/kernel.ts";
import { watched } from "./shared.ts";

/** What holds in every state of a program; a false value, or an error, is a failure. */
interface Invariant {
  readonly name: string;
  readonly holds: () => unknown;
}

/** The laboratory of one run. A scenario is run many times, each time with another one. */
export class Lab {
  readonly #kernel: Kernel;
  readonly #random: () => number;
  /** Made when they are first asked for, as most scenarios need none of them. */
  #invariants: Invariant[] | undefined;
  #network: Network | undefined;
  #sharedNames: readonly string[] = none;
  readonly #cancelChoices: CancelChoices | undefined;
  #dispatcher: LabDispatcher | undefined;
  #isDeclared = false;

  /** @param cancellations how many tasks of {@link Lab.all} a run may cancel. */
  constructor(kernel: Kernel, random: () => number, cancellations: number = 0) {
    this.#kernel = kernel;
    this.#random = random;
    this.#cancelChoices = cancellations === 0 ? undefined : new CancelChoices(kernel, cancellations);
  }

  /** What the scenario asked of the real world, which nobody answers in a run; undefined when it asked nothing. */
  get uncontrolled(): string | undefined {
    return this.#network?.unanswered;
  }

  /** Whether the scenario has said what it shares. */
  get isDeclared(): boolean {
    return this.#isDeclared;
  }

  /** What was handed to {@link Lab.shared}, by name. */
  get sharedNames(): readonly string[] {
    return this.#sharedNames;
  }

  /**
   * Runs `count` tasks side by side and gives their values in order; the first is `task 0`. When one fails, the others are
   * cancelled and joined. The value of a task that the explorer cancelled is undefined: see the option `cancel`.
   *
   * **Cancellation:** reaches every task.
   *
   * @throws ExceptionGroup with every failure.
   */
  all<T>(count: number, fn: (index: number) => PromiseLike<T> | T): Promise<Awaited<T>[]> {
    const choices = this.#cancelChoices;
    const handles: TaskHandle<T | undefined>[] = [];
    return taskGroup((group) => {
      for (let index = 0; index < count; index++) {
        const name = (taskNames[index] ??= `task ${index}`);
        const body = (): PromiseLike<T> | T => fn(index);
        handles.push(group.startSoon(choices === undefined ? body : () => choices.run(name, body), { name }));
      }
    }).then(() => handles.map((handle) => handle.result() as Awaited<T>));
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
    this.#sharedNames = this.#sharedNames === none ? [name] : [...this.#sharedNames, name];
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
    this.#kernel.add("io", this.#kernel.actor, what, answer).context = captureContext();
    return promise as Promise<Awaited<T>>;
  }

  /**
   * Answers requests of the global `fetch`, and of {@link Lab.dispatcher}, to a URL: at a moment that the explorer chooses.
   * Of several that match, the last one answers.
   *
   * @param url the whole of it, its beginning followed by `*`, or what it matches.
   * @throws RangeError for a fault that is none.
   */
  respond(url: string | RegExp, answer: FetchAnswer, options: RespondOptions = {}): void {
    this.#ownNetwork.respond(url, answer, options);
  }

  /** What the global `fetch` does in a run. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    return this.#ownNetwork.fetch(input, init);
  }

  /**
   * A dispatcher for undici, version 8: what is sent through it is answered by {@link Lab.respond}. Its type is the part of
   * undici's own that senders use, so hand it over as `{ dispatcher: lab.dispatcher as never }`.
   */
  get dispatcher(): LabDispatcher {
    return (this.#dispatcher ??= new LabDispatcher(this.#ownNetwork));
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

  /** Says what must hold after every step. What it reads is noted as read in each. */
  invariant(name: string, holds: () => unknown): void {
    (this.#invariants ??= []).push({ name, holds });
  }

  /** A random number in [0, 1): the same ones for the same step of each run. */
  random(): number {
    return this.#random();
  }

  /** The virtual clock, in milliseconds from the beginning of the run. */
  now(): number {
    return this.#kernel.readClock();
  }

  get #ownNetwork(): Network {
    return (this.#network ??= new Network(this.#kernel));
  }

  /** The first invariant that does not hold, as an error. */
  violation(): Error | undefined {
    if (this.#invariants === undefined) return undefined;
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

const none: readonly string[] = [];

/** The same words in each run. */
const taskNames: string[] = [];
