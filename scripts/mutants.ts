/**
 * `npm run mutants [-- <part of a name>]`: applies each mutant of spec/mutants.ts to a copy of the core, runs the tests that
 * must notice, and fails when one does not.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mutants, type Mutant } from "../spec/mutants.ts";

const root = join(import.meta.dirname, "..");
/** What the tests of a mutant may take, in milliseconds; they take a few seconds when they can end. */
const LIMIT = 60_000;

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

/** Whether the tests fail. A mutant may make them run for ever, in a process that no longer listens: that is noticed too. */
async function fails(copy: string, files: readonly string[]): Promise<boolean> {
  const tests = files.map((file) => `packages/concurrency/test/${file}.test.ts`);
  const args = [join(root, "node_modules/vitest/vitest.mjs"), "run", "--project", "unit", "--bail", "1", ...tests];
  // A process group of its own, because the workers are what hangs, and outlive the process that started them.
  const runner = spawn(process.execPath, args, { cwd: copy, stdio: "ignore", detached: true });
  const limit = AbortSignal.timeout(LIMIT);
  const interrupted = (): void => {
    endGroup(runner.pid);
    process.exit(130);
  };
  process.once("SIGINT", interrupted);
  try {
    const [code] = (await once(runner, "exit", { signal: limit })) as [number | null];
    return code !== 0;
  } catch (error) {
    if (!limit.aborted) throw error;
    return true;
  } finally {
    process.off("SIGINT", interrupted);
    endGroup(runner.pid);
  }
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch (error) {
    // Nobody is left, as it should be.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function main(chosen: readonly Mutant[]): Promise<void> {
  const copy = makeCopy();
  const survivors: string[] = [];
  try {
    const files = [...new Set(chosen.flatMap(({ killedBy }) => killedBy))];
    if (await fails(copy, files)) throw new Error("running the tests without a mutant: they fail; mend them first");
    for (const mutant of chosen) {
      const path = join(copy, "packages/concurrency/src", mutant.file);
      const source = readFileSync(path, "utf8");
      writeFileSync(path, mutate(mutant, source));
      const isKilled = await fails(copy, mutant.killedBy);
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
await main(mutants.filter(({ name }) => name.includes(part)));
