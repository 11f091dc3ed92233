/**
 * Cancel scopes: a stretch of work that can be stopped as one, by hand or by a deadline.
 *
 * @module
 */
import { storage } from "./context.ts";
import { NoTaskError } from "./errors.ts";
import { isOnlyCancelled, withoutCancelled } from "./exception-group.ts";
import { Cancellation, type CancelSource } from "./internal/cancellation.ts";
import { checkFunction } from "./internal/check-function.ts";
import { checkDeadline, checkTimeout } from "./internal/check-time.ts";
import { Frame } from "./internal/frame.ts";
import { guarded } from "./internal/guarded.ts";
import { ScopeSignal } from "./internal/scope-signal.ts";
import { look, made, touch } from "./internal/touch.ts";
import { currentFrame, currentRuntime } from "./internal/waiter.ts";
import { run } from "./run.ts";
import {
  ScopeNotActiveError,
  ScopeNotCurrentError,
  ScopeNotEnteredError,
  ScopeUsedError,
  ScopeWrongTaskError,
} from "./scope-errors.ts";

/** Options of a {@link CancelScope}. */
export interface CancelScopeOptions {
  /** Milliseconds from entry until the scope cancels itself; `null` or absent for no limit. */
  readonly timeout?: number | null;
  /** The same as an absolute time on the runtime's clock. The earlier of the two holds. */
  readonly deadline?: number;
  /** Keeps the cancellation of enclosing scopes out; the scope's own still works. */
  readonly shield?: boolean;
  /** Cancels the scope when it aborts, with its reason. The scope listens only while it is open. */
  readonly signal?: AbortSignal;
  readonly name?: string;
}

/** How a frame that is closed from outside reaches the signals of its scope. */
let stopListening: (frame: Frame) => void;

/** Whom what runs in a scope tells how it has ended, in a later turn than that in which it began. */
export interface Ending<T> {
  readonly ended: (value: T) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * As {@link CancelScope.run}, of what says itself how it ends, in a task.
 *
 * @throws what entering the scope throws.
 */
export let runEnding: <T>(scope: CancelScope, begin: (ending: Ending<T>) => void) => Promise<T | undefined>;

/**
 * A stretch of work that is cancelled as one. A scope is bound to the task that enters it, and may be used once.
 *
 * Use {@link CancelScope.run}. The pair {@link CancelScope.enter} and {@link CancelScope.exit} is for code that must
 * hold a scope across functions: it cannot stop its own cancellation on the way out, and code that runs side by side
 * in one task (under `Promise.all`) shares it.
 *
 * ```ts run
 * import { CancelScope, sleep } from "@holdfast/concurrency";
 * const scope = new CancelScope({ timeout: 10, name: "probe" });
 * await scope.run(() => sleep(5_000));
 * scope.cancelledCaught; // => true
 * ```
 */
export class CancelScope {
  static {
    stopListening = ({ scope }) => {
      if (scope !== undefined) scope.#signals?.left();
    };
    runEnding = (scope, begin) => {
      const frame = scope.#open("scope.run()", "running");
      // No function on the stack may know the ending: the stacks of errors keep what functions know alive.
      return scope.#run(frame, (ending) => storage.run(frame, begin, ending));
    };
  }

  readonly name: string | undefined;
  /** Absent for none, as is the deadline: a field that may be Infinity costs every scope a box. */
  #timeout: number | undefined;
  #deadline: number | undefined;
  #shield: boolean;
  #frame: Frame | undefined = undefined;
  #state: "new" | "running" | "entered" | "exited" = "new";
  #early: Cancellation | undefined = undefined;
  #cancelledCaught = false;
  /** The way in from a signal that was given, and out to those that were asked for; absent while there is neither. */
  #signals: ScopeSignal | undefined = undefined;

  /** @throws {@link RangeError} for a timeout or deadline that is negative or not a number; TypeError for a signal that is none. */
  constructor(options: CancelScopeOptions = none) {
    made(this);
    this.name = options.name;
    this.#timeout = options.timeout == null ? undefined : checkTimeout(options.timeout);
    this.#deadline = options.deadline === undefined ? undefined : checkDeadline(options.deadline);
    this.#shield = options.shield ?? false;
    if (options.signal !== undefined) this.#signals = new ScopeSignal(options.signal);
  }

  /**
   * Whether `cancel` was called, also after the scope was left, or the deadline has passed while it was not. To ask is to
   * notice the deadline: busy code that asks is stopped at its next cancel point.
   */
  get cancelCalled(): boolean {
    look(this);
    if (this.#cancellation !== undefined) return true;
    if (this.#state === "exited") return false;
    const deadline = this.#frame?.deadline ?? this.#deadline;
    if (deadline === undefined || deadline > (this.#frame?.task.runtime ?? currentRuntime()).now()) return false;
    this.#frame?.expire();
    return true;
  }

  /** Whether `run` stopped this scope's own cancellation on its way out. */
  get cancelledCaught(): boolean {
    look(this);
    return this.#cancelledCaught;
  }

  /** What cancelled the scope; undefined while nothing has. */
  get cancelSource(): CancelSource | undefined {
    look(this);
    return this.#cancellation?.source;
  }

  /**
   * The milliseconds from entry until the scope cancels itself; Infinity for no limit. Can be changed before entry;
   * afterwards move the deadline.
   *
   * @throws {@link RangeError} when it is set to a number that is negative or none; {@link ScopeUsedError} when it is set
   * after entry.
   */
  get timeout(): number {
    look(this);
    return this.#timeout ?? Infinity;
  }

  set timeout(value: number) {
    touch(this);
    if (this.#state !== "new") throw new ScopeUsedError(this.name, "setting the timeout");
    this.#timeout = checkTimeout(value);
  }

  /** Whether the scope has a timeout that will count from its entry; undefined once it has been entered. */
  get isRelative(): boolean | undefined {
    look(this);
    return this.#state === "new" ? this.#timeout !== undefined : undefined;
  }

  /**
   * The time on the runtime's clock at which the scope cancels itself; Infinity for never. Can be moved. A timeout is in
   * it from entry on.
   *
   * @throws {@link ScopeNotEnteredError} before entry, of a scope with a timeout: no time is known yet.
   */
  get deadline(): number {
    look(this);
    if (this.#frame !== undefined) return this.#frame.deadline ?? Infinity;
    if (this.#timeout !== undefined) throw new ScopeNotEnteredError(this.name);
    return this.#deadline ?? Infinity;
  }

  set deadline(value: number) {
    checkDeadline(value);
    touch(this);
    if (this.#frame === undefined && this.#timeout !== undefined) throw new ScopeNotEnteredError(this.name);
    this.#deadline = value;
    this.#frame?.setDeadline(value);
  }

  /** Whether cancellation from outside is kept out. Can be changed while the scope is open. */
  get shield(): boolean {
    look(this);
    return this.#frame?.shield ?? this.#shield;
  }

  /** @throws {@link TypeError} for anything but true and false. */
  set shield(value: boolean) {
    if (typeof value !== "boolean") throw new TypeError(`shield is true or false, and ${String(value)} is neither`);
    touch(this);
    this.#shield = value;
    this.#frame?.setShield(value);
  }

  /**
   * Aborts when the code in the scope is cancelled, by this scope or one around it: for `fetch`, timers, child processes
   * and all else that takes an AbortSignal. Made when it is first asked for. A scope that has been left aborts it no more.
   */
  get signal(): AbortSignal {
    touch(this);
    this.#frame?.tell("read");
    this.#signals ??= new ScopeSignal(undefined);
    return this.#signals.outgoing(this.#frame, this.#early);
  }

  /**
   * Cancels what runs in the scope: every wait in it ends now, and every later one at once. The first call wins; one
   * before entry counts at entry. Any task, or code outside every task, may call it.
   */
  cancel(reason?: unknown): void {
    this.#cancelWith(new Cancellation("explicit", reason, this.name, storage.getStore()?.task.info.name));
  }

  /**
   * Runs a function inside the scope. Gives its value, or undefined when the scope's own cancellation stopped it.
   * Outside a task it starts a root task for the purpose.
   *
   * **Cancellation:** the scope's own goes no further than here; that of an enclosing scope passes through.
   *
   * @throws what the function throws; {@link ScopeUsedError} on a second use; {@link ScopeNotCurrentError} when the
   * function returns with a scope still open that it entered by hand.
   */
  run<T>(fn: (scope: this) => PromiseLike<T> | T): Promise<T | undefined> {
    try {
      checkFunction("scope.run()", fn);
      if (storage.getStore() === undefined) return run(() => this.run(fn));
      const frame = this.#open("scope.run()", "running");
      return this.#run<T>(frame, ({ ended, failed }) => void called(frame, fn, this).then(ended, failed));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Enters the scope in the current task, until the same task calls {@link CancelScope.exit}.
   *
   * @throws {@link NoTaskError} outside a task; {@link ScopeUsedError} on a second use.
   */
  enter(): this {
    const home = storage.getStore();
    if (home === undefined) throw new NoTaskError("enter() on a cancel scope");
    const frame = this.#open("enter() on a cancel scope", "entered");
    home.top = frame;
    return this;
  }

  /**
   * Exits a scope that the current task entered. A failing exit changes nothing: the right task may still exit it.
   *
   * @throws {@link ScopeNotActiveError} when `enter` was never called, or `exit` was already; {@link ScopeWrongTaskError}
   * in another task; {@link ScopeNotCurrentError} inside a scope that was entered later, and while another that was
   * entered by hand later is open. A later `scope.run` that nobody awaits does not count: it is cancelled with this one.
   */
  exit(): void {
    look(this);
    const frame = this.#frame;
    if (frame === undefined || this.#state !== "entered") throw new ScopeNotActiveError();
    const home = storage.getStore();
    if (home?.task !== frame.task) throw new ScopeWrongTaskError(frame.task.info, home?.task.info);
    if (frame.closed) {
      // An enclosing scope was closed first. Its exit has reported that; a second report would only confuse.
      this.#state = "exited";
      return;
    }
    if (home.top !== frame) throw new ScopeNotCurrentError(this, home.top.scope);
    home.top = frame.parent as Frame;
    this.#leave(frame);
  }

  /**
   * No async function, because what becomes of its promise is decided here, and that costs less than a second one. What it fails with is
   * handed on and not thrown: the engine never compiles a function that only ever throws.
   */
  #run<T>(frame: Frame, begin: (ending: Ending<T>) => void): Promise<T | undefined> {
    // Only until it has ended: the stack of an error keeps the functions on it alive, and so their variables, and what this failed with.
    let running: Promise<T | undefined> | undefined;
    const ran = new Promise<T | undefined>((resolve, reject) => {
      begin({
        ended: (value) => {
          running = undefined;
          try {
            const current = frame.top;
            this.#leave(frame);
            if (current === frame) resolve(value);
            else reject(new ScopeNotCurrentError(this, current.scope));
          } catch (error) {
            reject(error);
          }
        },
        failed: (error) => {
          try {
            // A scope that nobody awaits is cancelled without a word, as a wait is; what else it fails with is not.
            if (isOnlyCancelled(error, (leaf) => frame.accountsFor(leaf))) void guarded(running as typeof ran);
            running = undefined;
            this.#leave(frame);
            const left = this.#withoutOwn(frame, error);
            if (left === undefined) resolve(undefined);
            else reject(left.error);
          } catch (thrown) {
            reject(thrown);
          }
        },
      });
    });
    running = ran;
    return ran;
  }

  get #cancellation(): Cancellation | undefined {
    return this.#frame?.cancellation ?? this.#early;
  }

  #cancelWith(cancellation: Cancellation): void {
    if (this.#frame?.closed !== false) touch(this);
    if (this.#frame?.closed === false) {
      this.#frame.cancel(cancellation);
    } else if (this.#cancellation === undefined) {
      // Before entry, where it will count; or after the end, where it is only on record.
      this.#early = cancellation;
      if (this.#frame === undefined) this.#signals?.abort(cancellation.error);
    }
  }

  #open(attempted: string, state: "running" | "entered"): Frame {
    touch(this);
    if (this.#state !== "new") throw new ScopeUsedError(this.name);
    const parent = currentFrame(attempted) as Frame;
    const frame = new Frame(parent.task, parent, this.name, this.#shield);
    frame.scope = this;
    // When its task ends without leaving it, the scope lets go of its signal all the same.
    if (state === "entered") frame.onClose = stopListening;
    this.#frame = frame;
    this.#state = state;
    frame.task.notify?.scopeEntered(frame);
    if (this.#early !== undefined) frame.cancel(this.#early);
    if (this.#timeout !== undefined || this.#deadline !== undefined) {
      frame.setDeadline(Math.min(this.#deadline ?? Infinity, frame.task.runtime.now() + (this.#timeout ?? Infinity)));
    }
    this.#signals?.entered(frame);
    return frame;
  }

  #leave(frame: Frame): void {
    this.#signals?.left();
    frame.close();
    this.#state = "exited";
    frame.task.notify?.scopeExited(frame);
  }

  /** What is left of an error when the scope's own cancellation is taken out of it; undefined for nothing. */
  #withoutOwn(frame: Frame, thrown: unknown): { readonly error: unknown } | undefined {
    frame.tell("read");
    // After a failure the group has sorted its errors already, and one that looks like a cancellation is a failure.
    const { cancellation } = frame;
    if (cancellation === undefined || cancellation.source === "failure") return { error: thrown };
    const isOnlyOwn = isOnlyCancelled(thrown);
    if (frame.isParentCancelled) return { error: isOnlyOwn ? frame.leaving(thrown) : thrown };
    const rest = isOnlyOwn ? undefined : withoutCancelled(thrown);
    this.#cancelledCaught = isOnlyOwn || rest !== thrown;
    return isOnlyOwn ? undefined : { error: rest };
  }
}

/** Calls a function in a frame. Through a promise, because a thenable of others may settle twice, or throw. */
function called<S, T>(frame: Frame, fn: (scope: S) => PromiseLike<T> | T, scope: S): Promise<T> {
  try {
    return Promise.resolve(storage.run(frame, fn, scope));
  } catch (error) {
    return Promise.reject(error);
  }
}

const none: CancelScopeOptions = {};
