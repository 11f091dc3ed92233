/**
 * The check of the functions that users give.
 *
 * @module
 */

/** @throws TypeError for what is no function, and for a generator function, whose call would run nothing. */
export function checkFunction(attempted: string, fn: unknown): void {
  if (typeof fn === "function") {
    // Absent for most, "AsyncFunction" for the rest.
    const tag: unknown = (fn as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
    if (tag !== "GeneratorFunction" && tag !== "AsyncGeneratorFunction") return;
  }
  throw new TypeError(`${attempted} takes an async function, and ${describe(fn)} is not one`);
}

function describe(fn: unknown): string {
  if (typeof fn === "function") return "a generator function";
  return fn === null ? "null" : typeof fn;
}
