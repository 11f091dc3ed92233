import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempDisposable, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { main } from "../src/main.ts";
import { captureConsole } from "./captured-console.ts";

const modules = join(import.meta.dirname, "../../../node_modules");
const source = "--conditions=@holdfast/source";
const config = 'export default { ssr: { resolve: { conditions: ["@holdfast/source"] } } };\n';
/** Two processes that run tests. */
const timeout = 60_000;

const runners = {
  vitest: [join(modules, "vitest/vitest.mjs"), "run", "--configLoader=native"],
  "node:test": [source, "--test", "schedule.test.ts"],
} as const;

test.for(["vitest", "node:test"] as const)(
  "writes a test for %s that is red with the bug and green with its fix",
  { timeout },
  async (runner) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "holdfast-cli-"));
    const module = join(folder.path, "account.ts");
    const bug = await readFile(join(import.meta.dirname, "fixtures/lost-update.ts"), "utf8");
    const fix = bug.replace(/\bscenario\b/, "unfixed").replace(/\bfixed\b/, "scenario");
    await symlink(modules, join(folder.path, "node_modules"));
    await writeFile(join(folder.path, "vitest.config.mjs"), config);
    await writeFile(module, bug);
    const argv = ["--emit-test", join(folder.path, "schedule.test.ts"), "--test-runner", runner];

    await main(["explore", module, ...argv], captureConsole());
    const red = await run(runners[runner], folder.path);
    await writeFile(module, fix);
    const green = await run(runners[runner], folder.path);

    expect(red.output).toContain("an update was lost");
    expect([red.code, green.code]).toEqual([1, 0]);
    expect(green.output).toMatch(/(?:Tests\D*2 passed|pass 2)/);
  },
);

async function run(argv: readonly string[], cwd: string): Promise<{ code: unknown; output: string }> {
  // Not told that they run inside a test, which they would take for their own.
  const env = { PATH: process.env["PATH"], NO_COLOR: "1" };
  const child = spawn(process.execPath, argv, { cwd, env });
  const [[code], output, errors] = await Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
  return { code, output: output + errors };
}
