/**
 * The layers: which package may import which. A package imports nothing that stands above it, and never itself.
 *
 * The lint configuration, the manifests and the TypeScript references repeat this table; layers.test.ts holds them to it.
 *
 * @module
 */

/** A row of the table. */
export interface Layer {
  /** The name that other packages import it by. */
  readonly name: string;
  /** The folders under packages/ of the packages it may import. */
  readonly mayImport: readonly string[];
  /** How many run-time names its `index.ts` may export; an entry point nobody can survey is one nobody can learn. */
  readonly cap?: number;
  /** The files that may import Node's own modules, where not all of them may. */
  readonly nodeOnlyIn?: readonly string[];
}

/** The table, by folder under packages/, lowest first. */
export const layers: Readonly<Record<string, Layer>> = {
  concurrency: { name: "@holdfast/concurrency", mayImport: [], cap: 90, nodeOnlyIn: ["context.ts"] },
  pictures: { name: "@holdfast/pictures", mayImport: [], cap: 12 },
  "eslint-plugin": { name: "@holdfast/eslint-plugin", mayImport: [], cap: 1, nodeOnlyIn: [] },
  mcp: { name: "@holdfast/mcp", mayImport: ["concurrency"], cap: 20 },
  agent: { name: "@holdfast/agent", mayImport: ["concurrency", "mcp"], cap: 25 },
  explore: { name: "@holdfast/explore", mayImport: ["concurrency", "pictures"], cap: 14 },
  fixes: { name: "@holdfast/fixes", mayImport: [], cap: 24 },
  reproduce: { name: "@holdfast/reproduce", mayImport: ["pictures"], cap: 15 },
  demo: {
    name: "@holdfast/demo",
    mayImport: ["concurrency", "pictures", "mcp", "agent", "explore", "fixes", "reproduce"],
  },
  cli: {
    name: "holdfast",
    mayImport: ["concurrency", "pictures", "mcp", "agent", "explore", "fixes", "reproduce", "demo"],
  },
};
