/**
 * Following every promise to its end without a turn of the event loop.
 *
 * Node does so itself when it calls back into JavaScript; the function that it uses for the purpose is within reach, though not
 * documented. Where it is missing, the engine's own checkpoint of microtasks can be had by a flag.
 *
 * @module
 */
import { setFlagsFromString } from "node:v8";
import { NoDrainError } from "../errors.ts";

interface Host {
  readonly process?: { readonly _tickCallback?: () => void };
}

let ways: (() => void)[] | undefined;
let follow: (() => void) | undefined;

/**
 * Runs next ticks and promise reactions until none is left.
 *
 * @throws NoDrainError where that cannot be done.
 */
export function drain(): void {
  follow ??= findWay();
  follow();
}

/** Must be called from a macrotask. */
function findWay(): () => void {
  ways ??= [tick(), checkpoint()].filter((way) => way !== undefined);
  for (const way of ways) {
    let followed = false;
    void Promise.resolve().then(() => {
      followed = true;
    });
    way();
    if (followed) return way;
  }
  throw new NoDrainError();
}

function tick(): (() => void) | undefined {
  const host = (globalThis as Host).process;
  // Bound, as looking it up takes longer than finding nothing to do.
  return host?._tickCallback?.bind(host);
}

function checkpoint(): (() => void) | undefined {
  try {
    setFlagsFromString("--allow-natives-syntax");
    // The only way to reach what has no name in the language.
    // oxlint-disable-next-line typescript/no-implied-eval
    return new Function("%PerformMicrotaskCheckpoint()") as () => void;
  } catch {
    return undefined;
  } finally {
    setFlagsFromString("--no-allow-natives-syntax");
  }
}
