import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type McpFaultName, mcpFaults } from "../../src/testing/index.ts";

const page = readFileSync(new URL("../../../../docs/mcp-faults.md", import.meta.url), "utf8");
const rows = [...page.matchAll(/^\| `([a-z0-9-]+)`( H)? +\|[^|]*\| (yes|) *\|/gm)];

test("the page of faults has a row for each, in order, which says what its traits say", () => {
  const shown = rows.map(([, name, httpOnly, runs]) => [name, httpOnly !== undefined, runs === "yes"]);

  const names = (Object.keys(mcpFaults) as McpFaultName[]).toSorted();
  expect(shown).toEqual(names.map((name) => [name, mcpFaults[name].httpOnly === true, mcpFaults[name].runs]));
});
