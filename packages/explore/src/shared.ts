/**
 * Watching what an object of the program has in its fields, so that the explorer knows which steps touch the same.
 *
 * @module
 */
import type { Kernel } from "./kernel/kernel.ts";
import type { Resource } from "./kernel/resource.ts";

/** Methods of a Map or Set that change nothing. Every other is taken for one that does. */
const reading: ReadonlySet<PropertyKey> = new Set([
  "get",
  "has",
  "keys",
  "values",
  "entries",
  "forEach",
  Symbol.iterator,
]);

/** How V8 says that a private member was asked of a proxy. */
const privateMember = /private (?:member|field|method|accessor)|Receiver must be|object whose class did not declare it/;

/** Gives a stand-in for an object that notes each reading and writing of its fields, and of plain objects in them. */
export function watched<T extends object>(kernel: Kernel, target: T, name: string): T {
  const stands = new Map<object, object>();
  return watch(kernel, target, name, stands) as T;
}

function watch(kernel: Kernel, target: object, name: string, stands: Map<object, object>): object {
  const known = stands.get(target);
  if (known !== undefined) return known;
  const stand =
    target instanceof Map || target instanceof Set
      ? watchCollection(kernel, target, name)
      : watchFields(kernel, target, name, stands);
  stands.set(target, stand);
  // One that comes back by way of a field is not wrapped twice.
  stands.set(stand, stand);
  return stand;
}

function watchFields(kernel: Kernel, target: object, name: string, stands: Map<object, object>): object {
  return new Proxy(target, new FieldWatch(kernel, name, stands));
}

/** Stands for which fields there are. */
const shape = Symbol("fields");

class FieldWatch implements ProxyHandler<object> {
  readonly #kernel: Kernel;
  readonly #name: string;
  readonly #stands: Map<object, object>;
  readonly #fields: Map<PropertyKey, Resource>;

  constructor(kernel: Kernel, name: string, stands: Map<object, object>) {
    this.#kernel = kernel;
    this.#name = name;
    this.#stands = stands;
    this.#fields = kernel.names.fieldsOf(name);
  }

  get(from: object, key: PropertyKey, receiver: unknown): unknown {
    const value: unknown = Reflect.get(from, key, receiver);
    // A method of the class; one in a field may be replaced.
    if (typeof value === "function" && !Object.hasOwn(from, key)) return value;
    this.#touch(key, false);
    if (!isPlain(value)) return value;
    return watch(this.#kernel, value, String(this.#kernel.names.field(this.#name, key).words), this.#stands);
  }

  /** On the target itself: through the stand-in, each writing would be a definition as well. */
  set(from: object, key: PropertyKey, value: unknown): boolean {
    if (!Object.hasOwn(from, key)) this.#touch(shape, true);
    this.#touch(key, true);
    return Reflect.set(from, key, value);
  }

  has(from: object, key: PropertyKey): boolean {
    this.#touch(key, false);
    return Reflect.has(from, key);
  }

  deleteProperty(from: object, key: PropertyKey): boolean {
    this.#touch(key, true);
    this.#touch(shape, true);
    return Reflect.deleteProperty(from, key);
  }

  defineProperty(from: object, key: PropertyKey, descriptor: PropertyDescriptor): boolean {
    this.#touch(key, true);
    this.#touch(shape, true);
    return Reflect.defineProperty(from, key, descriptor);
  }

  ownKeys(from: object): (string | symbol)[] {
    this.#touch(shape, false);
    return Reflect.ownKeys(from);
  }

  getOwnPropertyDescriptor(from: object, key: PropertyKey): PropertyDescriptor | undefined {
    this.#touch(key, false);
    return Reflect.getOwnPropertyDescriptor(from, key);
  }

  #touch(key: PropertyKey, isWrite: boolean): void {
    this.#kernel.access(this.#fields.get(key) ?? this.#kernel.names.field(this.#name, key), isWrite);
  }
}

/** A Map or Set works on itself alone, so that its methods are called on it and not on the stand-in. */
function watchCollection(kernel: Kernel, target: object, name: string): object {
  const token = kernel.names.given(name);
  return new Proxy(target, {
    get(from, key) {
      const value: unknown = Reflect.get(from, key, from);
      if (typeof value !== "function") {
        kernel.access(token, false);
        return value;
      }
      return (...args: unknown[]): unknown => {
        kernel.access(token, !reading.has(key));
        return Reflect.apply(value, from, args) as unknown;
      };
    },
  });
}

/** Whether an error is what a class with `#private` fields throws when its methods run on a stand-in. */
export function isPrivateMemberError(error: unknown): error is TypeError {
  return error instanceof TypeError && privateMember.test(error.message);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
