/**
 * `npm run mutants [-- <part of a name>]`: applies each mutant of spec/mutants.ts to a copy of the core, runs the tests that
 * must notice, and fails when one does not.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mutants, type Mutant } from "../spec/mutants.ts";

const root = join(import.meta.dirname, "..");

/** A copy of what the tests of the core need, to break things in. */
function makeCopy(): string {
  const copy = mkdtempSync(join(tmpdir(), "holdfast-mutants-"));
  for (const part of ["spec", "vitest.config.ts", "package.json", "tsconfig.base.json", "packages/concurrency"]) {
    cpSync(join(root, part), join(copy, part), { recursive: true, filter: (path) => !/node_modules|dist/.test(path) });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}

/** The source with the mutant in it. */
function mutate({ name, file, find, replace }: Mutant, source: string): string {
  const places = source.split(find).length - 1;
  if (places !== 1) {
    throw new Error(`applying "${name}": its text stands ${places} times in ${file}, not once; bring it up to date`);
  }
  return source.replace(find, () => replace);
}

/** Whether the tests fail. */
function fails(copy: string, files: readonly string[]): boolean {
  const tests = files.map((file) => `packages/concurrency/test/${file}.test.ts`);
  const args = [join(root, "node_modules/vitest/vitest.mjs"), "run", "--project", "unit", "--bail", "1", ...tests];
  // A mutant may hang: that is noticed too.
  const { status, error } = spawnSync(process.execPath, args, { cwd: copy, stdio: "ignore", timeout: 120_000 });
  return error !== undefined || status !== 0;
}

function main(chosen: readonly Mutant[]): void {
  const copy = makeCopy();
  const survivors: string[] = [];
  try {
    const files = [...new Set(chosen.flatMap(({ killedBy }) => killedBy))];
    if (fails(copy, files)) throw new Error("running the tests without a mutant: they fail; mend them first");
    for (const mutant of chosen) {
      const path = join(copy, "packages/concurrency/src", mutant.file);
      const source = readFileSync(path, "utf8");
      writeFileSync(path, mutate(mutant, source));
      const isKilled = fails(copy, mutant.killedBy);
      writeFileSync(path, source);
      console.log(`${isKilled ? "killed  " : "SURVIVED"}  ${mutant.name}`);
      if (!isKilled) survivors.push(mutant.name);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  console.log(`${chosen.length - survivors.length} of ${chosen.length} mutants killed`);
  if (survivors.length > 0) process.exitCode = 1;
}

const [part = ""] = process.argv.slice(2);
main(mutants.filter(({ name }) => name.includes(part)));
