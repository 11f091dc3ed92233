import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempDisposable, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { runDemo } from "@holdfast/demo";
import { expect, test } from "vitest";
import { childrenOf, isRunning, until } from "./child-processes.ts";

const bin = join(import.meta.dirname, "../../packages/cli/src/bin.ts");

interface LevelJson {
  readonly concurrency: number;
  readonly requests: number;
  readonly hits: number;
}

interface DemoLine {
  readonly lanes: readonly { readonly name: string; readonly levels: readonly LevelJson[] }[];
  readonly claims: readonly { readonly holds: boolean }[];
}

// At twice the usual speed a busy machine shifts the rates, so no more is asserted of them than no machine can shift.
test("the main job ends with one line for machines, a report, and nothing left", { timeout: 120_000 }, async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "holdfast-e2e-"));
  const argv = [bin, "demo", "--json", "--keep", "--time-scale", "1/100", "--report", "incident.html"];
  const demo = spawn(process.execPath, ["--conditions=@holdfast/source", ...argv], {
    cwd: folder.path,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(demo, "exit");
  const output = text(demo.stdout);
  const [announced] = (await once(demo.stderr.setEncoding("utf8"), "data")) as [string];
  const children = childrenOf(demo.pid as number);
  const [url = ""] = /http:\S+/.exec(announced) ?? [];

  const answer = await fetch(url, { method: "POST", body: '{"prompt":"Why is cart slow?"}' });
  demo.kill("SIGINT");
  const [exitCode] = await ended;
  await until(() => children.every((child) => !isRunning(child)));

  expect(await answer.json()).toMatchObject({ output: expect.stringContaining("cart") });
  const line = JSON.parse(await output) as DemoLine;
  expect(line).toMatchObject({
    seed: 1,
    timeScale: 0.01,
    lanes: [{ name: "counted" }, { name: "official" }, { name: "owned" }],
    control: { levels: [level(1, 30), level(4, 60), level(10, 120)] },
    miniature: { orders: 24, failing: 18, ownedFailing: 0 },
    report: "incident.html",
  });
  const hits = line.lanes.map(({ levels }) => levels.map((each) => each.hits));
  expect(line.lanes.map(({ levels }) => levels)).toEqual(hits.map(() => [level(1, 30), level(4, 60), level(10, 120)]));
  expect(hits.map(([alone]) => alone)).toEqual([0, 0, 0]);
  expect(hits[0]?.[2]).toBeGreaterThan(0);
  expect(hits[2]).toEqual([0, 0, 0]);
  expect(exitCode).toBe(line.claims.every(({ holds }) => holds) ? 0 : 1);
  expect(children).toHaveLength(2);
  expect(await readdir(folder.path)).toEqual(["incident.html"]);
  expect(await readFile(join(folder.path, "incident.html"), "utf8")).toContain("cancel scope");
});

test("a demo of a few requests counts what it sent, and ends its processes before it gives its result", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "holdfast-e2e-"));
  const progress: number[] = [];

  const { lanes, control, failures, claims } = await runDemo({
    reportPath: join(folder.path, "report.html"),
    timeScale: 1 / 500,
    levels: [
      { concurrency: 1, requests: 2 },
      { concurrency: 10, requests: 20 },
    ],
    onProgress: ({ done, of }) => progress.push(done / of),
  });

  const failed = [...lanes, control].flatMap(({ levels }) => levels.map((each) => each.failed));
  expect(failures).toHaveLength(failed.reduce((sum, each) => sum + each, 0));
  expect(claims.find(({ sentence }) => sentence.includes("at least 100 requests"))?.holds).toBe(false);
  expect(progress.filter((share) => share === 1)).toHaveLength(2);
  expect(childrenOf(process.pid).filter(isRunning)).toEqual([]);
  expect(await readdir(folder.path)).toEqual(["report.html"]);
});

test.each([
  ["a model that cannot be had", { model: "nope" }, "DEMO_CHILD_NOT_READY"],
  ["a report that cannot be put anywhere", { reportPath: "/nowhere/report.html" }, "DEMO_REPORT_NOT_WRITTEN"],
])("a demo with %s ends with one error before it sends anything, and with no process", async (_, options, code) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "holdfast-e2e-"));
  const progress: unknown[] = [];

  const demo = runDemo({
    reportPath: join(folder.path, "report.html"),
    onProgress: (each) => progress.push(each),
    ...options,
  });

  await expect(demo).rejects.toMatchObject({ code, message: expect.not.stringContaining("\n") });
  expect(progress).toEqual([]);
  expect(childrenOf(process.pid).filter(isRunning)).toEqual([]);
  expect(await readdir(folder.path)).toEqual([]);
});

function level(concurrency: number, requests: number): object {
  const share = expect.any(Number);
  return {
    concurrency,
    requests,
    hits: share,
    interval: [share, share],
    predicted: expect.toSatisfy((predicted) => predicted === null || typeof predicted === "number"),
  };
}
