/**
 * A folder in which a test file that a command wrote can be run, as its user would run it.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempDisposable, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const modules = join(import.meta.dirname, "../../../node_modules");
const config = 'export default { ssr: { resolve: { conditions: ["@holdfast/source"] } } };\n';

/** What test files are written for. */
export const runners = ["vitest", "node:test"] as const;

/** Makes the folder; it goes when it is disposed of. */
export async function projectFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtempDisposable(join(tmpdir(), "holdfast-cli-"));
  await symlink(modules, join(folder.path, "node_modules"));
  await writeFile(join(folder.path, "vitest.config.mjs"), config);
  return { path: folder.path, [Symbol.asyncDispose]: () => folder.remove() };
}

/** Runs a test file of the folder in a process of its own. */
export async function runTestFile(
  runner: (typeof runners)[number],
  folder: string,
  file: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ code: unknown; output: string }> {
  const argv =
    runner === "vitest"
      ? [join(modules, "vitest/vitest.mjs"), "run", "--configLoader=native"]
      : ["--conditions=@holdfast/source", "--test", file];
  // Not told that they run inside a test, which they would take for their own.
  const env = { PATH: process.env["PATH"], NO_COLOR: "1", ...more };
  const child = spawn(process.execPath, argv, { cwd: folder, env });
  const [[code], output, errors] = await Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
  return { code, output: output + errors };
}
