import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../src/main.ts";
import { captureConsole } from "./captured-console.ts";
import { projectFolder, runners, runTestFile } from "./emitted-run.ts";

/** Two processes that run tests. */
const timeout = 60_000;

test.for(runners)(
  "writes a test for %s that is red with the bug and green with its fix",
  { timeout },
  async (runner) => {
    await using folder = await projectFolder();
    const module = join(folder.path, "account.ts");
    const bug = await readFile(join(import.meta.dirname, "fixtures/lost-update.ts"), "utf8");
    const fix = bug.replace(/\bscenario\b/, "unfixed").replace(/\bfixed\b/, "scenario");
    await writeFile(module, bug);
    const argv = ["--emit-test", join(folder.path, "schedule.test.ts"), "--test-runner", runner];

    await main(["explore", module, ...argv], captureConsole());
    const red = await runTestFile(runner, folder.path, "schedule.test.ts");
    await writeFile(module, fix);
    const green = await runTestFile(runner, folder.path, "schedule.test.ts");

    expect(red.output).toContain("an update was lost");
    expect([red.code, green.code]).toEqual([1, 0]);
    expect(green.output).toMatch(/(?:Tests\D*2 passed|pass 2)/);
  },
);
