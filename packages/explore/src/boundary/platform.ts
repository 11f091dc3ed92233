/**
 * What of the platform is put under control, and the ways to it: globals, and the exports of Node's own modules, which programs
 * may have imported by name.
 *
 * @module
 */
import { createRequire, syncBuiltinESMExports } from "node:module";

type Props = Record<string, unknown>;

const require = createRequire(import.meta.url);

/** A property that is replaced for as long as something explores. */
interface Place {
  readonly holder: Props;
  readonly key: string;
}

/** Puts functions in the places of others; gives back what takes them out again. */
export function replaceAll(replacements: Readonly<Record<string, unknown>>): () => void {
  const places = placesOf(Object.keys(replacements));
  const before = places.map(({ holder, key }) => Object.getOwnPropertyDescriptor(holder, key));
  for (const { holder, key, name } of places) {
    Object.defineProperty(holder, key, {
      value: replacements[name],
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  syncBuiltinESMExports();
  return () => {
    for (const [index, { holder, key }] of places.entries()) {
      const descriptor = before[index];
      if (descriptor === undefined) delete holder[key];
      else Object.defineProperty(holder, key, descriptor);
    }
    syncBuiltinESMExports();
  };
}

/** A function of `node:timers/promises`, as it is now. */
export function realPromised(name: "scheduler.wait" | "setImmediate" | "setTimeout"): (...args: unknown[]) => unknown {
  const promises = require("node:timers/promises") as Props;
  const scheduler = promises["scheduler"] as { wait(...args: unknown[]): unknown };
  if (name === "scheduler.wait") return (...args) => scheduler.wait(...args);
  return promises[name] as (...args: unknown[]) => unknown;
}

/** The places of each name: `setTimeout` stands on globalThis and in `node:timers`, `promises.setTimeout` in another module. */
function placesOf(names: readonly string[]): (Place & { readonly name: string })[] {
  const timers = require("node:timers") as Props;
  const promises = require("node:timers/promises") as Props;
  return names.flatMap((name) => {
    const [holder = "", key = ""] = name.split(".");
    if (key === "")
      return [
        { holder: globalThis, key: name, name },
        ...(name in timers ? [{ holder: timers, key: name, name }] : []),
      ];
    if (holder === "promises") return [{ holder: promises, key, name }];
    if (holder === "scheduler") return [{ holder: promises["scheduler"] as Props, key, name }];
    return [{ holder: (globalThis as unknown as Props)[holder] as Props, key, name }];
  });
}
