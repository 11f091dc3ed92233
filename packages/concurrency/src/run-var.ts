/**
 * Values that belong to a whole run: shared by a root task and everything below it, and by nothing else.
 *
 * @module
 */
import { storage } from "./context.ts";
import { NoTaskError, VariableUnsetError } from "./errors.ts";
import type { Frame } from "./internal/frame.ts";
import { look, made, touch } from "./internal/touch.ts";
import type { VariableOptions } from "./task-local.ts";

interface Cell<T> {
  readonly value: T;
}

/** What `set` gives, for `reset`: the value before. */
export class RunVarToken<T> {
  readonly #of: RunVar<T>;
  readonly #root: Frame;
  readonly #before: Cell<T> | undefined;
  #isUsed = false;

  /** Made by `RunVar.set()`. */
  constructor(of: RunVar<T>, root: Frame, before: Cell<T> | undefined) {
    this.#of = of;
    this.#root = root;
    this.#before = before;
  }

  /** Gives what it keeps, once, to the variable and the run it came from. */
  static take<T>(token: RunVarToken<T>, by: RunVar<T>, root: Frame): Cell<T> | undefined {
    if (!(token instanceof RunVarToken) || token.#of !== by || token.#root !== root)
      throw new TypeError("This token does not belong to this RunVar");
    if (token.#isUsed) throw new TypeError("This token has already been used");
    token.#isUsed = true;
    return token.#before;
  }
}

/**
 * A variable of which each root task has a value of its own, seen by all tasks below it: what a global would be in a
 * program with one run. A server that runs each request in a root task keeps what belongs to the request in it.
 *
 * ```ts run
 * import { run, RunVar } from "@holdfast/concurrency";
 * const requestId = new RunVar<string>("request id");
 * await run(() => {
 *   requestId.set("r-1");
 *   return requestId.get();
 * }); // => "r-1"
 * ```
 */
export class RunVar<T> {
  readonly name: string;
  readonly #options: VariableOptions<T>;
  /** By root task, so that what a run has set goes when the run does. */
  readonly #cells = new WeakMap<Frame, Cell<T>>();

  /** @param name for error messages. */
  constructor(name: string, options: VariableOptions<T> = {}) {
    made(this);
    this.name = name;
    this.#options = options;
  }

  /**
   * The value of this run, or the default.
   *
   * @throws {@link VariableUnsetError} where there is neither; {@link NoTaskError} outside every task.
   */
  get(): T {
    look(this);
    const cell = this.#cells.get(this.#root("get()"));
    if (cell !== undefined) return cell.value;
    if (Object.hasOwn(this.#options, "default")) return this.#options.default as T;
    throw new VariableUnsetError(`the run variable ${JSON.stringify(this.name)}`);
  }

  /**
   * Sets the value for the whole run, and gives a token with which `reset` takes that back.
   *
   * @throws {@link NoTaskError} outside every task.
   */
  set(value: T): RunVarToken<T> {
    const root = this.#root("set()");
    touch(this);
    const token = new RunVarToken<T>(this, root, this.#cells.get(root));
    this.#cells.set(root, { value });
    return token;
  }

  /**
   * Gives the variable the value that it had before the `set` that made the token.
   *
   * @throws TypeError for a token of another variable or run, and for one that has been used; {@link NoTaskError} outside
   * every task.
   */
  reset(token: RunVarToken<T>): void {
    const root = this.#root("reset()");
    touch(this);
    const before = RunVarToken.take(token, this, root);
    if (before === undefined) this.#cells.delete(root);
    else this.#cells.set(root, before);
  }

  #root(attempted: string): Frame {
    const frame = storage.getStore();
    if (frame === undefined) throw new NoTaskError(`${attempted} of the run variable ${JSON.stringify(this.name)}`);
    let root: Frame = frame.task;
    // From task to task: the scopes in between may be many.
    while (root.parent !== undefined) root = root.parent.task;
    return root;
  }
}
