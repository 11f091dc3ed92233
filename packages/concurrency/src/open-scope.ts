/**
 * Scopes for a `using` declaration. They are sound where a plain `using scope = new CancelScope()` is not: the scope is
 * entered by the declaration itself, in the function that declares it and after its await, so that it reaches neither the
 * caller nor a call that runs beside.
 *
 * A `using` declaration can neither see nor stop the error of its block, so these never catch a cancellation of their own.
 *
 * @module
 */
import { enterContext, storage } from "./context.ts";
import { NoTaskError } from "./errors.ts";
import { Cancellation } from "./internal/cancellation.ts";
import { checkTimeout } from "./internal/check-time.ts";
import { Frame } from "./internal/frame.ts";
import { currentFrame } from "./internal/waiter.ts";
import { ScopeNotActiveError, ScopeNotCurrentError, ScopeWrongTaskError, TimeoutError } from "./scope-errors.ts";

/**
 * What an `openX()` function gives: to be awaited in a `using` declaration. Without the `await` it is no Disposable, which
 * the compiler refuses and the declaration throws a TypeError for.
 */
export type Enterable<S extends Disposable> = PromiseLike<S>;

/** A scope that lasts to the end of the block that declared it. */
export interface OpenScope extends Disposable {
  /** Cancels what still runs in the scope. Its waits throw, and nothing here catches that. */
  cancel(reason?: unknown): void;
}

/**
 * Keeps the cancellation of enclosing scopes out to the end of the block: `using _ = await openShield()`.
 *
 * **Cancellation:** is felt at the first checkpoint after the block.
 *
 * @throws {@link NoTaskError} outside every task.
 *
 * ```ts run
 * import { CancelScope, openShield, run, sleep } from "@holdfast/concurrency";
 * const saved: string[] = [];
 * await run(() =>
 *   new CancelScope().run(async (scope) => {
 *     scope.cancel();
 *     using _shield = await openShield();
 *     await sleep(1);
 *     saved.push("yes");
 *   }),
 * );
 * saved; // => ["yes"]
 * ```
 */
export function openShield(): Enterable<OpenScope> {
  return new Opening((parent) => new Frame(parent.task, parent, "openShield()", true));
}

/**
 * Sets a time limit to the end of the block: `using _ = await openDeadline(500)`. When the time is up every wait in the
 * block throws a {@link TimeoutError}, again and again until the block is left.
 *
 * **Cancellation:** when time is up everything inside is cancelled; it is unwound as far as the block awaits it.
 *
 * @throws RangeError for a timeout that is negative or not a number; {@link NoTaskError} outside every task.
 *
 * ```ts run
 * import { openDeadline, run, sleep } from "@holdfast/concurrency";
 * const code = await run(async () => {
 *   using _limit = await openDeadline(5);
 *   await sleep(5_000);
 * }).catch((error) => error.code);
 * code; // => "SCOPE_TIMEOUT"
 * ```
 */
export function openDeadline(timeout: number): Enterable<OpenScope> {
  const attempted = `openDeadline(${timeout})`;
  const limit = checkTimeout(timeout) ?? Infinity;
  return new Opening((parent) => {
    const frame = new FailingFrame(parent.task, parent, attempted, false);
    frame.limit = limit;
    frame.setDeadline(frame.task.runtime.now() + limit);
    return frame;
  });
}

/** Its waits throw a TimeoutError, because nothing at the end of a block could turn a cancellation into one. */
class FailingFrame extends Frame {
  limit = Infinity;

  override expire(): void {
    const error = new TimeoutError(this.limit, `the block of ${this.name}`);
    this.cancel(new Cancellation("deadline", undefined, this.name, undefined, error));
  }
}

/** Thenable and nothing else, so that only an await gets at the scope. */
class Opening implements PromiseLike<OpenScope> {
  readonly #open: (parent: Frame) => Frame;

  constructor(open: (parent: Frame) => Frame) {
    this.#open = open;
  }

  then<A = OpenScope, B = never>(
    onfulfilled?: ((value: OpenScope) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return Promise.resolve(new BlockScope(this.#open)).then(onfulfilled, onrejected);
  }
}

/** Entered when the declaration reads how to dispose of it, which it does once, in the code of its block. */
class BlockScope implements OpenScope {
  readonly #open: (parent: Frame) => Frame;
  #home: Frame | undefined;
  #frame: Frame | undefined;

  constructor(open: (parent: Frame) => Frame) {
    this.#open = open;
  }

  get [Symbol.dispose](): () => void {
    if (this.#frame === undefined) this.#enter();
    return () => this.#exit();
  }

  cancel(reason?: unknown): void {
    const by = storage.getStore()?.task.info.name;
    this.#frame?.cancel(new Cancellation("explicit", reason, this.#frame.name, by));
  }

  #enter(): void {
    const home = storage.getStore();
    const parent = currentFrame("a scope for a using declaration");
    if (home === undefined || parent === undefined) throw new NoTaskError("a scope for a using declaration");
    const frame = this.#open(parent);
    this.#home = home;
    this.#frame = frame;
    frame.task.notify?.scopeEntered(frame);
    enterContext(frame);
  }

  #exit(): void {
    const frame = this.#frame;
    if (frame === undefined || frame.closed) throw new ScopeNotActiveError();
    const here = storage.getStore();
    if (here?.task !== frame.task) throw new ScopeWrongTaskError(frame.task.info, here?.task.info);
    if (here !== frame || frame.top !== frame) throw new ScopeNotCurrentError(frame.scope, here.top.scope);
    frame.close();
    frame.task.notify?.scopeExited(frame);
    enterContext(this.#home as Frame);
  }
}
