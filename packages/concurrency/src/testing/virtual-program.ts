/**
 * A program on a virtual runtime that must leave nothing behind: what the runner of a test does around it.
 *
 * @module
 */
import { storage } from "../context.ts";
import { LeakError, textOf } from "../errors.ts";
import { run, type RunOptions } from "../run.ts";
import { VirtualRuntime, type VirtualRuntimeOptions } from "./virtual-runtime.ts";

interface Host {
  readonly process?: {
    readonly env: Readonly<Record<string, string | undefined>>;
    on(event: "unhandledRejection", listener: (reason: unknown) => void): unknown;
    off(event: "unhandledRejection", listener: (reason: unknown) => void): unknown;
  };
}

const { process } = globalThis as Host;

/** A runtime, and a watch for what is left behind on it. */
export class VirtualProgram {
  /** What the runtime was seeded with: the option, else the environment variable HOLDFAST_SEED, else 1. */
  readonly seed: number;
  readonly runtime: VirtualRuntime;
  readonly #rejections: unknown[] = [];
  readonly #record = (reason: unknown): void => {
    // Called where the promise was rejected. What is known to belong to a test that runs beside this one is not ours.
    const runtime = storage.getStore()?.task.runtime;
    if (runtime === undefined || runtime === this.runtime) this.#rejections.push(reason);
  };

  constructor(options: VirtualRuntimeOptions = {}) {
    this.seed = options.seed ?? seedOfEnvironment();
    this.runtime = new VirtualRuntime({ ...options, seed: this.seed });
    process?.on("unhandledRejection", this.#record);
  }

  /** Runs a function as a root task on the runtime. */
  run<T>(fn: (runtime: VirtualRuntime) => PromiseLike<T> | T, options: Omit<RunOptions, "runtime"> = {}): Promise<T> {
    return run(() => fn(this.runtime), { ...options, runtime: this.runtime });
  }

  /**
   * Lets what is still ending at this instant end, and stops watching.
   *
   * @throws {@link LeakError} for what is left, and for rejections that nobody handled, but for those in a task of another
   * runtime.
   */
  async end(options?: ErrorOptions): Promise<void> {
    await this.runtime.waitAllTasksBlocked();
    process?.off("unhandledRejection", this.#record);
    const leaks = [
      ...this.runtime.leaks(),
      ...this.#rejections.map((reason) => `a rejection that nobody handled: ${textOf(reason)}`),
    ];
    if (leaks.length === 0) return;
    // Or it would go on, and fail, in the midst of the tests that follow.
    this.runtime.abandon();
    const [first] = this.#rejections;
    throw new LeakError(leaks, options ?? (first === undefined ? undefined : { cause: first }));
  }
}

function seedOfEnvironment(): number {
  const text = process?.env["HOLDFAST_SEED"];
  return text === undefined || text === "" ? 1 : Number(text);
}
