import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { layers, type Layer } from "./layers.ts";
import { files, imports, manifest, packageFolders, readJson, type Manifest, type SourceFile } from "./workspace.ts";

const table = Object.entries(layers);

/** The folder of the package that an import names, if it is one of ours. */
function folderOf(specifier: string): string | undefined {
  return table.find(([, { name }]) => specifier === name || specifier.startsWith(`${name}/`))?.[0];
}

/** What is wrong with the imports of one source file, in words. */
function importFaults(
  folder: string,
  layer: Layer,
  { dependencies, peerDependencies }: Manifest,
  file: SourceFile,
): string[] {
  const src = `packages/${folder}/src`;
  const declared = Object.keys({ ...dependencies, ...peerDependencies });
  const { nodeOnlyIn } = layer;
  return imports(file.text).flatMap((specifier) => {
    const fault = (why: string): string[] => [`${file.path} imports "${specifier}": ${why}`];
    if (specifier.startsWith(".")) {
      return join(dirname(file.path), specifier).startsWith(`${src}/`)
        ? []
        : fault("a relative import stays inside its package");
    }
    if (specifier.startsWith("node:")) {
      const allowed = nodeOnlyIn === undefined || nodeOnlyIn.includes(relative(src, file.path));
      return allowed ? [] : fault(`only ${nodeOnlyIn.join(", ")} may import Node`);
    }
    const target = folderOf(specifier);
    if (target === folder) return fault("inside a package its own name is not used");
    if (target !== undefined && !layer.mayImport.includes(target)) return fault(`${folder} may not import ${target}`);
    const known = declared.some((name) => specifier === name || specifier.startsWith(`${name}/`));
    return known ? [] : fault("it is not among the declared dependencies");
  });
}

test("every package has a row in the table, and every row a package", () => {
  expect(packageFolders()).toEqual(Object.keys(layers).toSorted());
});

describe.each(table)("packages/%s", (folder, layer) => {
  test("imports only what its row allows and its manifest declares", () => {
    const faults = files(`packages/${folder}/src/**/*.ts`).flatMap((file) =>
      importFaults(folder, layer, manifest(folder), file),
    );

    expect(faults).toEqual([]);
  });

  test("declares as dependencies, of ours, only what its row allows, and the same as TypeScript references", () => {
    const { name, dependencies = {}, peerDependencies = {} } = manifest(folder);
    const { references = [] } = readJson(`packages/${folder}/tsconfig.json`) as { references?: { path: string }[] };
    const declared = Object.keys({ ...dependencies, ...peerDependencies }).flatMap((other) => folderOf(other) ?? []);

    expect(name).toBe(layer.name);
    expect(layer.mayImport).toEqual(expect.arrayContaining(declared));
    expect(references.map(({ path }) => path).toSorted()).toEqual(declared.map((other) => `../${other}`).toSorted());
  });

  test("is held to its row by the lint configuration", () => {
    const { overrides } = readJson(".oxlintrc.json") as {
      overrides: { files: string[]; rules: Record<string, unknown> }[];
    };
    const restricted = overrides
      .filter((override) => override.files.includes(`packages/${folder}/src/**`))
      .flatMap((override) => override.rules["no-restricted-imports"] ?? []);
    const allowed = layer.mayImport.map((other) => `!${layers[other]?.name}`).flatMap((name) => [name, `${name}/**`]);

    const groups = restricted.flatMap((rule) => (rule as { patterns?: { group?: string[] }[] }).patterns ?? []);

    expect(groups.flatMap(({ group }) => group ?? []).toSorted()).toEqual(
      ["@holdfast/**", "holdfast", ...allowed].toSorted(),
    );
  });
});

test("sees a planted import of every forbidden kind", () => {
  const text = [
    'import { run } from "@holdfast/concurrency";',
    'import type { Agent } from "@holdfast/agent";',
    'export { x } from "@holdfast/mcp/ai-sdk";',
    "import {",
    "  readFile,",
    '} from "node:fs/promises";',
    'import "../../agent/src/index.ts";',
    'const late = await import("undeclared");',
    ' * import { shown } from "in-a-comment";',
  ].join("\n");
  const layer: Layer = { name: "@holdfast/mcp", mayImport: ["concurrency"], cap: 1, nodeOnlyIn: ["context.ts"] };
  const declared: Manifest = { name: layer.name, dependencies: { "@holdfast/concurrency": "0.1.0" } };

  const faults = importFaults("mcp", layer, declared, { path: "packages/mcp/src/planted.ts", text });

  expect(faults.map((fault) => fault.replace("packages/mcp/src/planted.ts imports ", ""))).toEqual([
    '"@holdfast/agent": mcp may not import agent',
    '"@holdfast/mcp/ai-sdk": inside a package its own name is not used',
    '"node:fs/promises": only context.ts may import Node',
    '"../../agent/src/index.ts": a relative import stays inside its package',
    '"undeclared": it is not among the declared dependencies',
  ]);
});
