import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { layers } from "./layers.ts";
import { files, root } from "./workspace.ts";

const [page] = files("ARCHITECTURE.md");

test("the page shows the table of layers", () => {
  const rows = [...(page?.text ?? "").matchAll(/^\| `(@?[a-z/-]+)`[^|]*\|[^|]*\| ([^|]*?) +\|$/gm)];
  const shown = rows.map(([, name = "", imports = ""], index): Row => {
    const above = rows.slice(0, index).map((row) => row[1] ?? "");
    return [name, imports === "all of the above" ? above : namesIn(imports)];
  });

  const table = Object.values(layers).map(({ name, mayImport }): Row => [name, mayImport.map(nameOf)]);

  expect(inOrder(shown)).toEqual(inOrder(table));
});

test("the page names only files that are there", () => {
  const named = [...(page?.text ?? "").matchAll(/`([a-z-]+\/src\b[\w./-]*)`/g)].map((match) => match[1] ?? "");

  expect(named).not.toEqual([]);
  expect(named.filter((path) => !existsSync(join(root, "packages", path)))).toEqual([]);
});

type Row = readonly [name: string, mayImport: readonly string[]];

function nameOf(folder: string): string {
  return layers[folder]?.name ?? folder;
}

function namesIn(cell: string): string[] {
  return cell === "nothing" ? [] : cell.split(", ").map(nameOf);
}

function inOrder(rows: readonly Row[]): Record<string, readonly string[]> {
  return Object.fromEntries(rows.map(([name, mayImport]) => [name, mayImport.toSorted()]));
}
