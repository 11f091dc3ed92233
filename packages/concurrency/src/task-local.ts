/**
 * Values that belong to a stretch of code and to all that it calls and starts.
 *
 * @module
 */
import { CancelScope } from "./cancel-scope.ts";
import { storage } from "./context.ts";
import { VariableUnsetError } from "./errors.ts";
import type { Frame } from "./internal/frame.ts";

/** The task-local values in force in a frame: an immutable chain, the innermost first. */
export interface Locals {
  readonly variable: object;
  readonly value: unknown;
  readonly outer: Locals | undefined;
}

/** Options of a variable. */
export interface VariableOptions<T> {
  /** What it gives where nothing has been set. */
  readonly default?: T;
}

/**
 * A value for a stretch of code: the calls below it see it, and so do the tasks that they start, also after the stretch
 * has ended. A task inherits what was in force where `startSoon` was called, as it does its async context.
 *
 * ```ts run
 * import { gather, run, TaskLocal } from "@holdfast/concurrency";
 * const tenant = new TaskLocal<string>("tenant", { default: "nobody" });
 * await run(() => tenant.run("acme", () => gather([async () => tenant.get()]))); // => ["acme"]
 * await run(() => tenant.get()); // => "nobody"
 * ```
 */
export class TaskLocal<T> {
  readonly name: string;
  readonly #options: VariableOptions<T>;

  /** @param name for error messages. */
  constructor(name: string, options: VariableOptions<T> = {}) {
    this.name = name;
    this.#options = options;
  }

  /**
   * The value that is in force here, or the default.
   *
   * @throws {@link VariableUnsetError} where there is neither.
   */
  get(): T {
    for (let local = storage.getStore()?.locals; local !== undefined; local = local.outer) {
      if (local.variable === this) return local.value as T;
    }
    if (Object.hasOwn(this.#options, "default")) return this.#options.default as T;
    throw new VariableUnsetError(`the task-local variable ${JSON.stringify(this.name)}`);
  }

  /**
   * Runs a function with the value in force in it, and gives what it gives. Outside a task it starts a root task for the
   * purpose.
   *
   * **Cancellation:** as around it.
   *
   * @throws what the function throws.
   */
  run<R>(value: T, fn: () => PromiseLike<R> | R): Promise<R> {
    const scope = new CancelScope({ name: this.name });
    return scope.run(() => {
      const frame = storage.getStore() as Frame;
      frame.locals = { variable: this, value, outer: without(frame.locals, this) };
      return fn();
    }) as Promise<R>;
  }
}

/** Once in the chain, or tasks that each set a variable and start the next would make it longer for ever. */
function without(locals: Locals | undefined, variable: object): Locals | undefined {
  if (locals === undefined || locals.variable === variable) return locals?.outer;
  const outer = without(locals.outer, variable);
  return outer === locals.outer ? locals : { ...locals, outer };
}
