/**
 * A shorter way into and out of the async context. `AsyncLocalStorage.run` copies the map of all stores on the way in, and
 * once more on the way out, because the map that was there cannot be named; that is two thirds of what a scope costs.
 *
 * Node 24 and 26 keep that map in every AsyncResource, and its class can read and set the current one. Where no other store
 * is in use, the frame of the library serves as the map itself, and nothing is copied or allocated. All that is nobody's
 * promise, so what is relied upon is tried out when the package is loaded, and AsyncLocalStorage itself serves wherever it
 * does not hold: on other engines, without AsyncContextFrame, and on a Node that changes it.
 *
 * @module
 */

/** What the library needs of an AsyncLocalStorage. */
export interface ContextStorage<T> {
  getStore(): T | undefined;
  run<A, R>(store: T, fn: (argument: A) => R, argument: A): R;
  enterWith(store: T): void;
  /** The whole context of now, to come back to, where that can be had without an AsyncResource. */
  readonly capture?: () => CapturedContext;
}

/** An async context: what all storages have in it. */
export interface CapturedContext {
  run<R>(fn: () => R): R;
  run<A, R>(fn: (argument: A) => R, argument: A): R;
}

/** As much of a map of all stores as Node looks at. What captured one sees no other, as each change makes a new one. */
interface ContextMap extends Iterable<[storage: object, store: unknown]> {
  readonly size: number;
  has(storage: object): boolean;
  get(storage: object): unknown;
  /** Called when a storage is switched off. */
  disable(storage: object): void;
}

interface ContextMapClass {
  /** Copies the current map, and puts one store into the copy. */
  new (storage: object, store: unknown): ContextMap;
  current(): ContextMap | undefined;
  set(map: ContextMap | undefined): void;
}

/** A store that is a map with itself alone in it. */
export class LoneStore implements ContextMap {
  /** The storage of which all these are stores; set when that has been made. */
  static storage: object;

  get size(): number {
    return 1;
  }

  has(storage: object): boolean {
    return storage === LoneStore.storage;
  }

  get(storage: object): this | undefined {
    return storage === LoneStore.storage ? this : undefined;
  }

  *[Symbol.iterator](): Generator<[object, this]> {
    yield [LoneStore.storage, this];
  }

  /** Nobody switches the library's storage off, and no other is in here. */
  disable(): void {}
}

/** A storage whose stores can be the whole map themselves, as one with themselves alone in it. */
class ShortStorage<T extends LoneStore> implements ContextStorage<T> {
  readonly #maps: ContextMapClass;

  constructor(maps: ContextMapClass) {
    this.#maps = maps;
  }

  getStore(): T | undefined {
    return this.#maps.current()?.get(LoneStore.storage) as T | undefined;
  }

  run<A, R>(store: T, fn: (argument: A) => R, argument: A): R {
    const before = this.#maps.current();
    this.#maps.set(this.#mapOf(before, store));
    try {
      return fn(argument);
    } finally {
      this.#maps.set(before);
    }
  }

  enterWith(store: T): void {
    this.#maps.set(this.#mapOf(this.#maps.current(), store));
  }

  readonly capture = (): CapturedContext => new CapturedMap(this.#maps);

  /** The map with the store in it: a copy where others have a store in the current one. */
  #mapOf(current: ContextMap | undefined, store: T): ContextMap {
    const isAlone = current === undefined || (current.size === 1 && current.has(LoneStore.storage));
    return isAlone ? store : new this.#maps(LoneStore.storage, store);
  }
}

/** The map of the moment at which this was made. */
class CapturedMap implements CapturedContext {
  readonly #maps: ContextMapClass;
  readonly #map: ContextMap | undefined;

  constructor(maps: ContextMapClass) {
    this.#maps = maps;
    this.#map = maps.current();
  }

  run<A, R>(fn: (argument: A) => R, argument?: A): R {
    const before = this.#maps.current();
    this.#maps.set(this.#map);
    try {
      return fn(argument as A);
    } finally {
      this.#maps.set(before);
    }
  }
}

/** What the platform gives, to be tried out. */
export interface ContextPlatform<T> {
  /** The AsyncLocalStorage that {@link LoneStore.storage} is. */
  readonly storage: ContextStorage<T>;
  /** Makes another storage, and an AsyncResource. */
  readonly makeStorage: () => ContextStorage<unknown>;
  readonly makeResource: () => object;
  readonly snapshot: () => (fn: () => unknown) => unknown;
}

/** The storage by the short way where that holds, and as it is where it does not. */
export function shortened<T extends LoneStore>(platform: ContextPlatform<T>): ContextStorage<T> {
  const probe = new LoneStore() as T;
  try {
    const maps = findClass(platform, probe);
    if (maps === undefined) return platform.storage;
    const short = new ShortStorage<T>(maps);
    return holds(short, platform, probe) ? short : platform.storage;
  } catch {
    return platform.storage;
  }
}

function findClass<T>({ storage, makeResource }: ContextPlatform<T>, probe: T): ContextMapClass | undefined {
  const resource = storage.run(probe, makeResource, undefined);
  const values = Reflect.ownKeys(resource).map((key) => (resource as Record<PropertyKey, unknown>)[key]);
  const found = values
    .map(
      (value) =>
        (value as { constructor?: Partial<ContextMapClass> & { name?: unknown } } | null | undefined)?.constructor,
    )
    .find((type) => type?.name === "AsyncContextFrame");
  const isUsable = typeof found?.current === "function" && typeof found.set === "function";
  return isUsable ? (found as ContextMapClass) : undefined;
}

/** Tries all that the library does: nested in either way, beside the store of another, through an error and a snapshot. */
function holds<T>(short: ContextStorage<T>, platform: ContextPlatform<T>, probe: T): boolean {
  const { storage, makeStorage, snapshot } = platform;
  const other = makeStorage();
  const marker = {};
  const seen: boolean[] = [];
  const look = (store: T | undefined, ofOther?: object): void =>
    void seen.push(short.getStore() === store && storage.getStore() === store && other.getStore() === ofOther);
  const within = (inside: () => void): void => short.run(probe, inside, undefined);

  look(undefined);
  within(() => {
    look(probe);
    const captured = snapshot();
    storage.run(undefined as T, () => look(undefined), undefined);
    look(probe);
    storage.run(undefined as T, () => captured(() => look(probe)), undefined);
    other.run(marker, () => look(probe, marker), undefined);
    look(probe);
    const again = short.capture?.();
    other.run(marker, () => again?.run(() => look(probe)), undefined);
    look(probe);
  });
  storage.run(probe, () => look(probe), undefined);
  other.run(
    marker,
    () => {
      within(() => look(probe, marker));
      look(undefined, marker);
      snapshot()(() => {
        short.enterWith(probe);
        look(probe, marker);
      });
      look(undefined, marker);
    },
    undefined,
  );
  try {
    within(() => {
      throw marker;
    });
  } catch (error) {
    seen.push(error === marker);
  }
  look(undefined);
  // As many as there are above: a callback that was not called has shown nothing.
  return seen.length === 16 && seen.every((it) => it);
}
