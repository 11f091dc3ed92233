import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

// Those that bring nothing from elsewhere; the others would need a registry.
const packages = ["concurrency", "pictures"]
  .map((folder) => ({ name: `@holdfast/${folder}`, source: join(root, "packages", folder) }))
  .filter(({ source }) => existsSync(join(source, "src/index.ts")));

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")}: exit ${status}\n${stdout}${stderr}`, { cause: error });
  return stdout;
}

/** Compiles and packs a package outside the repository, and installs the tarball into a project that has nothing else. */
function installPacked(source: string, into: string): string {
  const staged = join(into, "package");
  mkdirSync(staged);
  for (const part of ["package.json", "README.md", "src"].filter((name) => existsSync(join(source, name)))) {
    cpSync(join(source, part), join(staged, part), { recursive: true });
  }
  run("tsc", ["-p", source, "--outDir", join(staged, "dist"), "--tsBuildInfoFile", join(into, "tsbuildinfo")], root);
  const tarball = run("npm", ["pack", "--silent", "--pack-destination", into], staged).trim();
  const consumer = join(into, "consumer");
  mkdirSync(consumer);
  writeFileSync(join(consumer, "package.json"), '{ "private": true, "type": "module" }');
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", join(into, tarball)], consumer);
  return consumer;
}

describe.each(packages)("$name, packed and installed", ({ name, source }) => {
  const temporary = mkdtempSync(join(tmpdir(), "holdfast-consumer-"));
  let consumer = "";
  beforeAll(() => {
    consumer = installPacked(source, temporary);
  });
  afterAll(() => {
    rmSync(temporary, { recursive: true });
  });

  test("imports by name, compiled, with the same run-time names as its source", async () => {
    const program = `import * as all from "${name}"; console.log([import.meta.resolve("${name}"), ...Object.keys(all)].join())`;
    const expected = Object.keys((await import(join(source, "src/index.ts"))) as object);

    const [resolved, ...names] = run(process.execPath, ["--input-type=module", "--eval", program], consumer)
      .trim()
      .split(",");

    expect(resolved).toMatch(/\/consumer\/node_modules\/.*\/dist\/index\.js$/);
    expect(names.toSorted()).toEqual(expected.toSorted());
  });

  test("gives its types to a strict project", () => {
    writeFileSync(join(consumer, "program.ts"), `import * as all from "${name}";\nconst none: never = all;\n`);
    const types = ["--types", "node", "--typeRoots", join(root, "node_modules/@types")];

    const compile = (): string =>
      run(
        "tsc",
        ["--noEmit", "--strict", "--module", "nodenext", "--target", "esnext", ...types, "program.ts"],
        consumer,
      );

    expect(compile).toThrow(/exit [12]\nprogram\.ts\(2,7\): error TS2322(?![\s\S]*\berror\b)/);
  });
});
