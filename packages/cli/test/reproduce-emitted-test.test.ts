import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempDisposable, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { main } from "../src/main.ts";
import { captureConsole } from "./captured-console.ts";
import { serve } from "./http-server.ts";

const modules = join(import.meta.dirname, "../../../node_modules");
const source = "--conditions=@holdfast/source";
const config = 'export default { ssr: { resolve: { conditions: ["@holdfast/source"] } } };\n';
/** Two processes that run tests. */
const timeout = 60_000;

const runners = {
  vitest: [join(modules, "vitest/vitest.mjs"), "run", "--configLoader=native"],
  "node:test": [source, "--test", "under-load.test.ts"],
} as const;

test.for(["vitest", "node:test"] as const)(
  "writes a test for %s that is red while the signature shows, and green once it does not",
  { timeout },
  async (runner) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "holdfast-cli-"));
    let isFixed = false;
    await using server = await serve((count) => ({
      status: isFixed ? 200 : 500,
      body: !isFixed && count % 5 === 0 ? "a different cancel scope" : "fine",
    }));
    await symlink(modules, join(folder.path, "node_modules"));
    await writeFile(join(folder.path, "vitest.config.mjs"), config);
    const file = join(folder.path, "under-load.test.ts");
    const sent = ["--method", "PUT", "--body", '{"n":{{n}}}', "--header", "authorization: Bearer hunter2"];
    const how = ["--requests", "50", "--concurrency", "2,4", "--arrival", "burst", "--test-runner", runner];

    const code = await main(["reproduce", server.url, ...sent, ...how, "--emit-test", file], captureConsole());
    const red = await run(runners[runner], folder.path);
    const before = server.requests();
    isFixed = true;
    const green = await run(runners[runner], folder.path);

    expect([code, red.code, green.code]).toEqual([1, 1, 0]);
    expect(red.output).toContain("a different cancel scope");
    expect(green.output).toMatch(/(?:Tests\D*1 passed|pass 1)/);
    expect(server.requests() - before).toBeGreaterThan(30);
    expect(server.last()).toMatchObject({ method: "PUT", headers: { authorization: "Bearer from-outside" } });
    expect(await readFile(file, "utf8")).not.toContain("hunter2");
  },
);

async function run(argv: readonly string[], cwd: string): Promise<{ code: unknown; output: string }> {
  // Not told that they run inside a test, which they would take for their own.
  const env = { PATH: process.env["PATH"], NO_COLOR: "1", REPRODUCE_AUTHORIZATION: "Bearer from-outside" };
  const child = spawn(process.execPath, argv, { cwd, env });
  const [[code], output, errors] = await Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
  return { code, output: output + errors };
}
