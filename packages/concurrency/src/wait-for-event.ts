/**
 * The border to events of other libraries: Node's emitters and EventTargets.
 *
 * @module
 */
import { runDetached } from "./context.ts";
import { beginWait, rejected, type Waiter } from "./internal/waiter.ts";

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
  add(name: string | symbol, listener: Listener): void;
  remove(name: string | symbol, listener: Listener): void;
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
 * @throws {@link TypeError} when the target is neither.
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
  let listening: Listening;
  let wait: Waiter<unknown>;
  try {
    listening = listenTo(target);
    wait = beginWait<unknown>(`event ${typeof name === "string" ? JSON.stringify(name) : String(name)}`);
  } catch (error) {
    return rejected(error);
  }
  let isOver = false;
  const end = (finish?: () => void): void => {
    isOver = true;
    // Detached, as an emitter may call back when a listener goes.
    runDetached(() => {
      listening.remove(name, onEvent);
      if (onError !== undefined) listening.remove("error", onError);
    });
    finish?.();
  };
  const onEvent = (...args: unknown[]): void => {
    // An emitter calls all listeners that there were when it began, also one that another has had removed.
    if (isOver) return;
    try {
      if (filter !== undefined && !runDetached(() => filter(...(args as never[])))) return;
    } catch (error) {
      end(() => wait.fail(error));
      return;
    }
    end(() => wait.settle(listening.isEmitter ? args : args[0]));
  };
  const onError =
    listening.isEmitter && name !== "error" ? (error: unknown): void => end(() => wait.fail(error)) : undefined;
  wait.onCancel = end;
  try {
    runDetached(() => {
      if (onError !== undefined) listening.add("error", onError);
      listening.add(name, onEvent);
    });
    // An emitter that replays what it missed has called the listener before it was in the list.
    if (isOver) end();
  } catch (error) {
    end(() => wait.fail(error));
  }
  return wait.promise;
}

function listenTo(target: object): Listening {
  const { on, off, addListener, removeListener, addEventListener, removeEventListener } = target as Partial<
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
    add: (name, listener) => void add.call(target, name, listener),
    remove: (name, listener) => void remove.call(target, name, listener),
  };
}
