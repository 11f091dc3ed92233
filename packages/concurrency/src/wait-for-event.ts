/**
 * The border to events of other libraries: Node's emitters and EventTargets.
 *
 * @module
 */
import { runDetached } from "./context.ts";
import { cancelPoint, rejected, Waiter } from "./internal/waiter.ts";

/** What {@link waitForEvent} needs of an emitter: either pair of methods. */
export type EmitterLike =
  | { on(name: string | symbol, listener: Listener): unknown; off(name: string | symbol, listener: Listener): unknown }
  | {
      addListener(name: string | symbol, listener: Listener): unknown;
      removeListener(name: string | symbol, listener: Listener): unknown;
    };

/** What {@link waitForEvent} needs of an `EventTarget`. */
export interface EventTargetLike<E> {
  addEventListener(name: string, listener: (event: E) => void): void;
  removeEventListener(name: string, listener: (event: E) => void): void;
}

/** Options of {@link waitForEvent}. */
export interface WaitForEventOptions<A extends readonly unknown[]> {
  /** Which of the events is waited for; the first one when absent. An error that it throws fails the wait. */
  readonly filter?: (...args: A) => boolean;
}

type Listener = (...args: unknown[]) => void;

/** One kind of source: how to listen to it, and what its listeners are given. */
interface Listening {
  readonly isEmitter: boolean;
  readonly add: (name: string | symbol, listener: Listener) => void;
  readonly remove: (name: string | symbol, listener: Listener) => void;
}

/**
 * Waits for one event, and leaves no listener behind, whatever comes of it. What was emitted before the call is missed.
 *
 * An emitter gives the arguments of the event as an array, as `once` of `node:events` does, and an `error` that it emits
 * in the meantime is thrown, unless that is the event waited for. An EventTarget gives the event. What is both, as a
 * MessagePort is in Node, counts as an emitter.
 *
 * Listeners run in the context of whoever emits; the filter runs outside every task.
 *
 * **Cancellation:** ends the wait. An event that came before is still given.
 *
 * @throws {@link TypeError} when the target is neither, or the name is none.
 *
 * ```ts run
 * import { EventEmitter } from "node:events";
 * import { waitForEvent } from "@holdfast/concurrency";
 * const emitter = new EventEmitter();
 * const exit = waitForEvent<[number]>(emitter, "exit", { filter: (code) => code !== 0 });
 * emitter.emit("exit", 0);
 * emitter.emit("exit", 1);
 * await exit; // => [1]
 * emitter.eventNames(); // => []
 * ```
 */
export function waitForEvent<A extends readonly unknown[] = unknown[]>(
  target: EmitterLike,
  name: string | symbol,
  options?: WaitForEventOptions<A>,
): Promise<A>;
export function waitForEvent<E>(
  target: EventTargetLike<E>,
  name: string,
  options?: WaitForEventOptions<[event: E]>,
): Promise<E>;
export function waitForEvent(
  target: EmitterLike | EventTargetLike<unknown>,
  name: string | symbol,
  { filter }: WaitForEventOptions<never[]> = {},
): Promise<unknown> {
  try {
    return listen(target, name, filter as ((...args: unknown[]) => boolean) | undefined);
  } catch (error) {
    return rejected(error);
  }
}

function listen(
  target: object,
  name: string | symbol,
  filter: ((...args: unknown[]) => boolean) | undefined,
): Promise<unknown> {
  const { isEmitter, add, remove } = listenTo(target, name);
  const what = `event ${typeof name === "string" ? JSON.stringify(name) : String(name)}`;
  const frame = cancelPoint(what);
  const wait = new Waiter<unknown>(what, frame?.task, frame);
  const onEvent = (...args: unknown[]): void => {
    // An emitter calls all listeners that there were when it began, also one that another has had removed.
    if (!wait.isWaiting) return;
    try {
      if (filter !== undefined && !runDetached(() => filter(...args))) return;
      wait.settle(isEmitter ? args : args[0]);
    } catch (error) {
      wait.fail(error);
    }
    end();
  };
  const onError = (error: unknown): void => {
    wait.fail(error);
    end();
  };
  const listeners: [string | symbol, Listener][] = [[name, onEvent]];
  if (isEmitter && name !== "error") listeners.unshift(["error", onError]);
  const end = (): void => {
    for (const [event, listener] of listeners) {
      try {
        // Detached, as an emitter may call back when a listener goes.
        runDetached(() => remove(event, listener));
      } catch (error) {
        // Thrown here it would stop the cancellation that is under way. As an unhandled rejection it is as loud.
        void Promise.reject(error);
      }
    }
  };
  wait.onCancel = end;
  try {
    for (const [event, listener] of listeners) runDetached(() => add(event, listener));
    // Now that it would hear it: an instrument that is told may cause the event at once.
    if (wait.isWaiting) wait.announce();
    // An emitter that replays what it missed has called the listener before it was in the list.
    else end();
  } catch (error) {
    wait.fail(error);
    end();
  }
  return wait.promise;
}

function listenTo(target: object, name: unknown): Listening {
  if (typeof name !== "string" && typeof name !== "symbol") {
    throw new TypeError(`waitForEvent() takes the name of an event, and ${typeof name} is none`);
  }
  const { on, off, addListener, removeListener, addEventListener, removeEventListener } = (target ?? {}) as Partial<
    Record<string, (name: string | symbol, listener: Listener) => unknown>
  >;
  const [add, remove, isEmitter] =
    typeof on === "function" && typeof off === "function"
      ? [on, off, true]
      : typeof addListener === "function" && typeof removeListener === "function"
        ? [addListener, removeListener, true]
        : [addEventListener, removeEventListener, false];
  if (typeof add !== "function" || typeof remove !== "function") {
    throw new TypeError("waitForEvent() takes an event emitter or an EventTarget, and this is neither");
  }
  return {
    isEmitter,
    add: (event, listener) => void add.call(target, event, listener),
    remove: (event, listener) => void remove.call(target, event, listener),
  };
}
