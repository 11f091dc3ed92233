/**
 * What tests need: a runtime with a virtual clock, and what a test does on it.
 *
 * @module
 */
export type { OwnershipAction, OwnershipOffence, OwnershipReport } from "./ownership-ledger.ts";
export { runVirtually, type RunVirtuallyOptions } from "./run-virtually.ts";
export { Sequencer } from "./sequencer.ts";
export type { Order, Strategy } from "./strategy.ts";
export {
  type MethodOf,
  type OwnershipOptions,
  ownershipReports,
  stopTrackingOwnership,
  trackOwnership,
} from "./track-ownership.ts";
export {
  holdfastFixtures,
  type Virtual,
  type VirtualFixture,
  virtualFixture,
  type VirtualFixtureContext,
  type VirtualFixtureOptions,
} from "./virtual-fixture.ts";
export { VirtualRuntime, type VirtualRuntimeOptions, type VirtualRuntimeStatistics } from "./virtual-runtime.ts";
export { waitAllTasksBlocked } from "./wait-all-tasks-blocked.ts";
