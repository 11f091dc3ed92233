/**
 * The names of this package's errors.
 *
 * @module
 */

/** On the prototype, so that an error's own keys are its facts. */
export function nameOf(type: { readonly name: string; readonly prototype: Error }): void {
  Object.defineProperty(type.prototype, "name", { value: type.name, configurable: true, writable: true });
}
