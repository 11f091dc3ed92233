import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../src/main.ts";
import { captureConsole } from "./captured-console.ts";
import { projectFolder, runners, runTestFile } from "./emitted-run.ts";
import { serve } from "./http-server.ts";

/** Two processes that run tests. */
const timeout = 60_000;
/** What the emitted test takes from outside, as it is not written down. */
const secret = { REPRODUCE_AUTHORIZATION: "Bearer from-outside" };

test.for(runners)(
  "writes a test for %s that is red while the signature shows, and green once it does not",
  { timeout },
  async (runner) => {
    await using folder = await projectFolder();
    let isFixed = false;
    await using server = await serve((count) => ({
      status: isFixed ? 200 : 500,
      body: !isFixed && count % 5 === 0 ? "a different cancel scope" : "fine",
    }));
    const file = join(folder.path, "under-load.test.ts");
    const sent = ["--method", "PUT", "--body", '{"n":{{n}}}', "--header", "authorization: Bearer hunter2"];
    const how = ["--requests", "50", "--concurrency", "2,4", "--arrival", "burst", "--test-runner", runner];

    const code = await main(["reproduce", server.url, ...sent, ...how, "--emit-test", file], captureConsole());
    const red = await runTestFile(runner, folder.path, "under-load.test.ts", secret);
    const before = server.requests();
    isFixed = true;
    const green = await runTestFile(runner, folder.path, "under-load.test.ts", secret);

    expect([code, red.code, green.code]).toEqual([1, 1, 0]);
    expect(red.output).toContain("a different cancel scope");
    expect(green.output).toMatch(/(?:Tests\D*1 passed|pass 1)/);
    expect(server.requests() - before).toBeGreaterThan(30);
    expect(server.last()).toMatchObject({ method: "PUT", headers: { authorization: "Bearer from-outside" } });
    expect(await readFile(file, "utf8")).not.toContain("hunter2");
  },
);
