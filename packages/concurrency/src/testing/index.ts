/**
 * What tests need: a runtime with a virtual clock.
 *
 * @module
 */
export { VirtualRuntime, type VirtualRuntimeOptions, type VirtualRuntimeStatistics } from "./virtual-runtime.ts";
