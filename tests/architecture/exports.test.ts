import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { layers } from "./layers.ts";
import { root } from "./workspace.ts";

// Imports every package with all it depends on.
const timeout = 30_000;

const entries = Object.entries(layers)
  .map(([folder, { cap }]) => ({ folder, cap, index: join(root, "packages", folder, "src/index.ts") }))
  .filter(({ index }) => existsSync(index));

test.each(entries)("$folder pins its public names in test/exports.test.ts", ({ folder }) => {
  expect(existsSync(join(root, "packages", folder, "test/exports.test.ts"))).toBe(true);
});

test.each(entries.filter(({ cap }) => cap !== undefined))(
  "$folder exports at most $cap run-time names",
  { timeout },
  async ({ index, cap = Infinity }) => {
    const names = Object.keys((await import(index)) as object);

    expect(names.length).toBeLessThanOrEqual(cap);
  },
);
