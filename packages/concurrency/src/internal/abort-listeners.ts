/**
 * One listener on a signal, however many in the library listen to it: the platform looks through all listeners of a
 * signal whenever one comes or goes, so that twenty thousand scopes of one long-lived signal would cost a second.
 *
 * @module
 */

interface Listeners {
  readonly thens: Set<{ readonly then: () => void }>;
  readonly listener: () => void;
}

const bySignal = new WeakMap<AbortSignal, Listeners>();

/**
 * A signal that somebody gave.
 *
 * @throws TypeError for what is none.
 */
export function checkSignal(signal: AbortSignal): AbortSignal {
  if (typeof (signal as Partial<AbortSignal> | null)?.addEventListener === "function") return signal;
  throw new TypeError(`a signal is an AbortSignal, and ${signal === null ? "null" : typeof signal} is not one`);
}

/** Calls back when the signal aborts, in the order of the calls of this function; gives what ends the listening. */
export function onAbort(signal: AbortSignal, then: () => void): () => void {
  const { thens, listener } = listenersOf(signal);
  const entry = { then };
  thens.add(entry);
  return () => {
    if (!thens.delete(entry) || thens.size > 0) return;
    bySignal.delete(signal);
    signal.removeEventListener("abort", listener);
  };
}

function listenersOf(signal: AbortSignal): Listeners {
  const known = bySignal.get(signal);
  if (known !== undefined) return known;
  const thens: Listeners["thens"] = new Set();
  const listener = (): void => {
    bySignal.delete(signal);
    for (const { then } of thens) then();
    thens.clear();
  };
  const created = { thens, listener };
  bySignal.set(signal, created);
  signal.addEventListener("abort", listener, { once: true });
  return created;
}
