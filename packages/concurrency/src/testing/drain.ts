/**
 * Following every plain promise through without a turn of the event loop.
 *
 * Node does this itself when it calls back into JavaScript; the function it uses for the purpose is within reach, though
 * not documented. A step then costs a fraction of a microsecond, and a turn of the event loop several times as much. Where
 * it is missing each step takes a turn, and the steps are the same.
 *
 * @module
 */

interface Host {
  readonly process?: { readonly _tickCallback?: () => void };
}

let isAble: boolean | undefined;

/** Whether {@link drain} works here. The first call must come from a macrotask: inside a microtask it never does. */
export function canDrain(): boolean {
  if (isAble !== undefined) return isAble;
  let followed = false;
  void Promise.resolve().then(() => {
    followed = true;
  });
  drain();
  isAble = followed;
  return isAble;
}

/**
 * Runs next ticks and promise reactions until none is left, and reports the rejections that nobody handled, as the end
 * of a macrotask does. Does nothing inside a microtask.
 */
export function drain(): void {
  (globalThis as Host).process?._tickCallback?.();
}
