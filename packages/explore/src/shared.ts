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
  return new Stands(kernel).of(target, name) as T;
}

/** What stands for what, from one object on; one that comes back by way of a field is not wrapped twice. */
class Stands {
  readonly kernel: Kernel;
  #first: { readonly target: object; readonly stand: object } | undefined;
  /** Made with the second: most objects have no other in their fields. */
  #others: Map<object, object> | undefined;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  of(target: object, name: string): object {
    const known = this.#known(target);
    if (known !== undefined) return known;
    const isCollection = target instanceof Map || target instanceof Set;
    const stand = isCollection
      ? watchCollection(this.kernel, target, name)
      : new Proxy(target, new FieldWatch(this, name));
    if (this.#first === undefined) this.#first = { target, stand };
    else (this.#others ??= new Map()).set(target, stand).set(stand, stand);
    return stand;
  }

  #known(target: object): object | undefined {
    const first = this.#first;
    if (first !== undefined && (first.target === target || first.stand === target)) return first.stand;
    return this.#others?.get(target);
  }
}

/** Stands for which fields there are. */
const shape = Symbol("fields");

class FieldWatch implements ProxyHandler<object> {
  readonly #kernel: Kernel;
  readonly #name: string;
  readonly #stands: Stands;
  readonly #fields: Map<PropertyKey, Resource>;
  /** Of the last field: most are read and then written. */
  #lastKey: PropertyKey = "";
  #lastField: Resource | undefined;

  constructor(stands: Stands, name: string) {
    this.#kernel = stands.kernel;
    this.#name = name;
    this.#stands = stands;
    this.#fields = stands.kernel.names.fieldsOf(name);
  }

  get(from: object, key: PropertyKey, receiver: unknown): unknown {
    const value: unknown = Reflect.get(from, key, receiver);
    // A method of the class; one in a field may be replaced.
    if (typeof value === "function" && !Object.hasOwn(from, key)) return value;
    this.#touch(key, false);
    if (!isPlain(value)) return value;
    return this.#stands.of(value, `${this.#name}.${String(key)}`);
  }

  /** On the target itself: through the stand-in, each writing would be a definition as well. */
  set(from: object, key: PropertyKey, value: unknown): boolean {
    if (!Object.hasOwn(from, key)) this.#touch(shape, true);
    this.#touch(key, true);
    return assign(from as Record<PropertyKey, unknown>, key, value);
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
    if (key !== this.#lastKey || this.#lastField === undefined) {
      this.#lastKey = key;
      this.#lastField = this.#fields.get(key) ?? this.#kernel.names.field(this.#name, key);
    }
    this.#kernel.touch(this.#lastField, isWrite);
  }
}

/** As `Reflect.set`, in a quarter of its time. */
function assign(to: Record<PropertyKey, unknown>, key: PropertyKey, value: unknown): boolean {
  try {
    to[key] = value;
    return true;
  } catch (error) {
    if (isWritable(to, key)) throw error;
    return false;
  }
}

/** Whether a field can be set at all, so that an error comes from what sets it. */
function isWritable(object: object, key: PropertyKey): boolean {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const found = Object.getOwnPropertyDescriptor(at, key);
    if (found !== undefined) return found.set !== undefined || found.writable === true;
  }
  return Object.isExtensible(object);
}

/** A Map or Set works on itself alone, so that its methods are called on it and not on the stand-in. */
function watchCollection(kernel: Kernel, target: object, name: string): object {
  const token = kernel.names.given(name);
  return new Proxy(target, {
    get(from, key) {
      const value: unknown = Reflect.get(from, key, from);
      if (typeof value !== "function") {
        kernel.touch(token, false);
        return value;
      }
      return (...args: unknown[]): unknown => {
        kernel.touch(token, !reading.has(key));
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
