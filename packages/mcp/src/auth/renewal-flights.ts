/**
 * One renewal at a time for each provider, in the whole process: calls that are turned away together, be it on several
 * connections, share one, and its failure.
 *
 * @module
 */
import { runDetached } from "@holdfast/concurrency";

interface Flight {
  readonly scope: string | undefined;
  readonly ended: Promise<void>;
}

/** What one who was turned away wants. */
export interface Wish {
  /** What the new token is to be good for, where the one that was refused is not. */
  readonly scope?: string | undefined;
  /** Whether the provider has by now a token that was not refused. `scope`: what the last renewal was for, if any was. */
  isFulfilled(scope: string | undefined): Promise<boolean>;
  /** Gets one. */
  renew(): Promise<void>;
}

const underWay = new WeakMap<object, Flight>();

/**
 * Waits for the provider to have a new token, and gets it where nobody else does.
 *
 * **Cancellation:** none. A refresh that is cut off would lose the token that the server has just changed, for everyone;
 * whoever does not want to wait any more stops waiting.
 *
 * @throws what `renew()` of the one who did it throws.
 */
export async function renewOnce(provider: object, wish: Wish): Promise<void> {
  let scope: string | undefined;
  do {
    const flight = underWay.get(provider);
    if (flight !== undefined) {
      await flight.ended;
      scope = flight.scope;
    }
    if (await wish.isFulfilled(scope)) return;
  } while (underWay.has(provider));
  await start(provider, wish);
}

/** Waits until no renewal of the provider is under way, whatever became of it, and does `fn` as one. */
export async function renewAlone(provider: object, renew: () => Promise<void>): Promise<void> {
  for (let flight = underWay.get(provider); flight !== undefined; flight = underWay.get(provider)) {
    await flight.ended.catch(() => {});
  }
  await start(provider, { renew, isFulfilled: () => Promise.resolve(false) });
}

function start(provider: object, wish: Wish): Promise<void> {
  // It belongs to nobody's task: whoever comes to start it may leave before it ends.
  const ended = runDetached(() => wish.renew()).finally(() => underWay.delete(provider));
  underWay.set(provider, { scope: wish.scope, ended });
  return ended;
}
