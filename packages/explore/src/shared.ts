/**
 * Watching what an object of the program has in its fields, so that the explorer knows which steps touch the same.
 *
 * @module
 */
import type { Kernel } from "./kernel/kernel.ts";

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
  const fields = new Map<PropertyKey, object>();
  const touch = (key: PropertyKey, isWrite: boolean): void =>
    kernel.access(tokenOf(kernel, fields, name, key), isWrite);
  /** Which fields there are. */
  const shape = Symbol("fields");
  return new Proxy(target, {
    get(from, key, receiver) {
      const value: unknown = Reflect.get(from, key, receiver);
      // A method of the class; one in a field may be replaced.
      if (typeof value === "function" && !Object.hasOwn(from, key)) return value;
      touch(key, false);
      return isPlain(value) ? watch(kernel, value, `${name}.${String(key)}`, stands) : value;
    },
    // On the target itself: through the stand-in, each writing would be a definition as well.
    set(from, key, value) {
      if (!Object.hasOwn(from, key)) touch(shape, true);
      touch(key, true);
      return Reflect.set(from, key, value);
    },
    has(from, key) {
      touch(key, false);
      return Reflect.has(from, key);
    },
    deleteProperty(from, key) {
      touch(key, true);
      touch(shape, true);
      return Reflect.deleteProperty(from, key);
    },
    defineProperty(from, key, descriptor) {
      touch(key, true);
      touch(shape, true);
      return Reflect.defineProperty(from, key, descriptor);
    },
    ownKeys(from) {
      touch(shape, false);
      return Reflect.ownKeys(from);
    },
    getOwnPropertyDescriptor(from, key) {
      touch(key, false);
      return Reflect.getOwnPropertyDescriptor(from, key);
    },
  });
}

/** A Map or Set works on itself alone, so that its methods are called on it and not on the stand-in. */
function watchCollection(kernel: Kernel, target: object, name: string): object {
  const token = {};
  kernel.names.give(token, name);
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

function tokenOf(kernel: Kernel, fields: Map<PropertyKey, object>, name: string, key: PropertyKey): object {
  const known = fields.get(key);
  if (known !== undefined) return known;
  const token = {};
  fields.set(key, token);
  kernel.names.give(token, `${name}.${String(key)}`);
  return token;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
