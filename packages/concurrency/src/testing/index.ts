/**
 * What tests need: a runtime with a virtual clock.
 *
 * @module
 */
export { VirtualRuntime, type VirtualRuntimeOptions } from "./virtual-runtime.ts";
