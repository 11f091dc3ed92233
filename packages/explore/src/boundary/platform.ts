/**
 * Node's own modules, whose exports programs may have imported by name, and putting functions in the places of others.
 *
 * @module
 */
import { createRequire, syncBuiltinESMExports } from "node:module";

const require = createRequire(import.meta.url);

type Props = Record<PropertyKey, unknown>;

/** Node's modules as objects, which is how their exports can be changed. */
export const node = {
  crypto: require("node:crypto") as typeof import("node:crypto"),
  promises: require("node:timers/promises") as typeof import("node:timers/promises"),
  timers: require("node:timers") as typeof import("node:timers"),
};

/** A property that is replaced for as long as something explores. */
export interface Replacement {
  readonly holder: object;
  readonly key: PropertyKey;
  readonly value: unknown;
}

/** Puts functions in the places of others; gives back what takes them out again. */
export function replaceAll(replacements: readonly Replacement[]): () => void {
  const before = replacements.map(({ holder, key }) => Object.getOwnPropertyDescriptor(holder, key));
  for (const [index, { holder, key, value }] of replacements.entries()) put(holder, key, value, before[index]);
  syncBuiltinESMExports();
  return () => {
    for (const [index, { holder, key, value }] of replacements.entries()) {
      // Whoever has put something else there since, such as fake timers, has the last word.
      if ((holder as Props)[key] !== value) continue;
      const descriptor = before[index];
      if (descriptor === undefined) delete (holder as Props)[key];
      else if (isPlain(descriptor)) (holder as Props)[key] = descriptor.value;
      else Object.defineProperty(holder, key, descriptor);
    }
    syncBuiltinESMExports();
  };
}

/**
 * Assigns where that will do: a property that is defined anew makes V8 keep all of the object in a dictionary, and then every
 * `Math.max()` of every program is looked up and called, for good.
 */
function put(holder: object, key: PropertyKey, value: unknown, before: PropertyDescriptor | undefined): void {
  if (before !== undefined && isPlain(before)) (holder as Props)[key] = value;
  else Object.defineProperty(holder, key, { value, configurable: true, enumerable: true, writable: true });
}

function isPlain({ writable }: PropertyDescriptor): boolean {
  return writable === true;
}
