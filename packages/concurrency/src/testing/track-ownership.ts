/**
 * Who opens, uses and closes a resource, in code that knows nothing of tasks: a wrapper that watches and changes nothing.
 *
 * @module
 */
import { givenCallChain } from "./call-chain.ts";
import { currentCallChain, followCallChains, leaveCallChains } from "./call-chains.ts";
import { stackAbove } from "./call-sites.ts";
import { askWatcher, OwnershipLedger, type OwnershipReport, type TrackedCall } from "./ownership-ledger.ts";

/** The names of the methods of `T`. */
export type MethodOf<T> = { [K in keyof T]-?: T[K] extends (...args: never) => unknown ? K : never }[keyof T];

/** Options of {@link trackOwnership}. */
export interface OwnershipOptions<T> {
  /** The methods that open the resource. When absent it is open already, and opened by who calls `trackOwnership`. */
  readonly open?: readonly MethodOf<T>[];
  /** The methods that close it. Its `Symbol.dispose` and `Symbol.asyncDispose` close it as well. */
  readonly close: readonly MethodOf<T>[];
  /** The methods that need it open until they return, or until the promise that they return has settled. */
  readonly use?: readonly MethodOf<T>[];
  /**
   * Whether it is open; without it, opening anew what was lost while nobody called it counts as opening it twice. What it
   * throws becomes an unhandled rejection, as what `chain` and `onReport` throw does.
   */
  readonly isOpen?: (resource: T) => boolean;
  /** Who is calling, where the call chain is not the owner: calls with the same identity have the same owner. */
  readonly chain?: () => unknown;
  /** Called with each report, at the offence. */
  readonly onReport?: (report: OwnershipReport) => void;
}

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Entry = (call: TrackedCall) => (isOk: boolean) => void;

const ledgers = new WeakMap<object, OwnershipLedger>();
/** What was tracked before all tracking was stopped is of an earlier period. */
let period = 0;

/**
 * Wraps a resource so that offences against its ownership are reported: closed by another call chain than the opener
 * (`closed-by-another`), used after the close (`used-after-close`), closed with calls in flight (`closed-in-use`),
 * opened when it was open (`opened-twice`). The calls themselves go through, and fail or succeed as they would.
 *
 * A **call chain** is one call of an async function with all that it calls; inside a task, the task. The callers of the
 * opener, what it calls, and what begins after it has ended may all close the resource; what runs beside it may not. Where
 * it is not certain who calls, nothing is reported: see docs/decisions/0014-identity-of-a-call-chain.md.
 *
 * From the first call on, every promise of the process costs some microseconds more, until {@link stopTrackingOwnership}:
 * this is for tests, and for finding a fault. Async functions that run already are not known.
 *
 * @throws {@link TypeError} for a name that is not a method of the resource.
 *
 * ```ts run
 * import { ownershipReports, trackOwnership } from "@holdfast/concurrency/testing";
 * class Client {
 *   async connect() {}
 *   async call() {}
 *   async close() {}
 * }
 * const client = trackOwnership(new Client(), { open: ["connect"], close: ["close"], use: ["call"] });
 * await client.connect();
 * const answer = client.call();
 * await client.close();
 * await answer;
 * ownershipReports(client).map((report) => report.kind); // => ["closed-in-use"]
 * ```
 */
export function trackOwnership<T extends object>(resource: T, options: OwnershipOptions<T>): T {
  const { open, close, use = [], isOpen = () => true, chain, onReport } = options;
  const isLive = (): boolean => askWatcher(() => isOpen(resource), false);
  const ledger = new OwnershipLedger(classOf(resource), isLive, onReport);
  const ownPeriod = period;
  const entries = new Map<PropertyKey, Entry>();
  const enter = (names: readonly PropertyKey[], entry: Entry): void => {
    for (const name of names) {
      if (typeof Reflect.get(resource, name, resource) !== "function") {
        throw new TypeError(
          `trackOwnership() of a ${ledger.resource}: ${nameOf(name)} is no method of it; name the methods that open, close and use it`,
        );
      }
      entries.set(name, entry);
    }
  };
  enter(use, (call) => ledger.use(call));
  enter(open ?? [], (call) => ledger.open(call));
  enter(disposersOf(resource), (call) => ledger.close(call));
  enter(close, (call) => ledger.close(call));
  followCallChains();

  const callOf = (method: string, above: (...args: never) => unknown): TrackedCall => {
    const given = chain === undefined ? undefined : askWatcher(chain, undefined);
    return {
      method,
      chain: chain === undefined ? currentCallChain(above) : given === undefined ? undefined : givenCallChain(given),
      stack: stackAbove(above),
    };
  };
  if (open === undefined) ledger.open(callOf("trackOwnership()", trackOwnership))(true);

  const wrapped = new WeakMap<object, unknown>();
  const tracked: T = new Proxy(resource, {
    get: (_, name) => {
      // With the resource as the receiver: a getter may read private fields, which a proxy has not.
      const value: unknown = Reflect.get(resource, name, resource);
      if (typeof value !== "function" || !isWrappable(name)) return value;
      return wrapperOf(value as Method, name);
    },
    set: (_, name, value) => Reflect.set(resource, name, value, resource),
  });
  ledgers.set(tracked, ledger);
  return tracked;

  /** What others put on the resource is given back as it is: a handler, a class, what a frozen property holds. */
  function isWrappable(name: PropertyKey): boolean {
    const own = Reflect.getOwnPropertyDescriptor(resource, name);
    if (own !== undefined) return entries.has(name) && (own.configurable === true || own.writable === true);
    // What an accessor gives is no method of the resource's, unless it was named as one.
    return entries.has(name) || (name !== "constructor" && !isAccessor(resource, name));
  }

  function wrapperOf(method: Method, name: PropertyKey): unknown {
    const known = wrapped.get(method) as Map<PropertyKey, unknown> | undefined;
    const byName = known ?? new Map<PropertyKey, unknown>();
    if (known === undefined) wrapped.set(method, byName);
    if (!byName.has(name)) byName.set(name, wrap(method, nameOf(name), entries.get(name)));
    return byName.get(name);
  }

  function wrap(method: Method, name: string, entry: Entry | undefined): unknown {
    const apply = (_: Method, self: unknown, args: unknown[]): unknown => {
      const isOurs = self === tracked;
      if (!isOurs || entry === undefined || ownPeriod !== period)
        return asTracked(Reflect.apply(method, isOurs ? resource : self, args));
      return follow(entry(callOf(name, apply)), () => Reflect.apply(method, resource, args));
    };
    return new Proxy(method, { apply });
  }

  function follow(end: (isOk: boolean) => void, run: () => unknown): unknown {
    let result: unknown;
    try {
      result = run();
    } catch (error) {
      end(false);
      throw error;
    }
    // A promise of another make may be lazy, or carry methods of its own: it is handed on untouched.
    if (!isPlainPromise(result)) {
      end(true);
      return asTracked(result);
    }
    // The caller gets what follows from the promise, so that a failure which nobody handles still shows as one.
    return result.then(
      (value) => {
        end(true);
        return asTracked(value);
      },
      (error: unknown) => {
        end(false);
        throw error;
      },
    );
  }

  /** Methods that return `this` return what is tracked. */
  function asTracked(value: unknown): unknown {
    return value === resource ? tracked : value;
  }
}

/**
 * The offences so far against the ownership of what {@link trackOwnership} returned, in order; the first hundred.
 *
 * @throws {@link TypeError} for anything else.
 */
export function ownershipReports(tracked: object): readonly OwnershipReport[] {
  const ledger = ledgers.get(tracked);
  if (ledger === undefined) {
    throw new TypeError("ownershipReports() of something that is not tracked; give it what trackOwnership() returned");
  }
  return ledger.reports;
}

/**
 * Ends all tracking, and the cost of it. What is tracked is called directly from now on and has no more reports; those that it
 * has are kept. What is tracked afterwards is followed anew.
 */
export function stopTrackingOwnership(): void {
  period += 1;
  leaveCallChains();
}

function isAccessor(resource: object, name: PropertyKey): boolean {
  for (let holder: object | null = resource; holder !== null; holder = Reflect.getPrototypeOf(holder)) {
    const found = Reflect.getOwnPropertyDescriptor(holder, name);
    if (found !== undefined) return found.get !== undefined;
  }
  return false;
}

function isPlainPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise && value.constructor === Promise;
}

function classOf(resource: object): string {
  const { constructor } = resource as { constructor?: { name?: unknown } };
  return typeof constructor?.name === "string" && constructor.name !== "" ? constructor.name : "resource";
}

function nameOf(name: PropertyKey): string {
  return typeof name === "symbol" ? `[${String(name.description)}]()` : `${String(name)}()`;
}

function disposersOf(resource: object): PropertyKey[] {
  return [Symbol.dispose, Symbol.asyncDispose].filter(
    (name) => typeof Reflect.get(resource, name, resource) === "function",
  );
}
